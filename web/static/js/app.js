// What every page gets: ages that grow, toasts that leave, sheets, and the live stream's values.
import "./ages.js";
import "./away.js";
import "./bell.js";
import "./copy.js";
import "./live.js";
import "./menus.js";
import "./selectors.js";
import "./sheets.js";
import "./steps.js";
import "./toasts.js";
import "./upload.js";
import "./when.js";
