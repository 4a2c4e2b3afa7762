// Keeps "4 min ago" true while a page stays open; the words are those of web/words.py.
const NARROW = "\u202f";

export function ago(seconds) {
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))}${NARROW}min ago`;
  if (seconds < 36 * 3600) return `${Math.max(1, Math.round(seconds / 3600))}${NARROW}h ago`;
  const days = Math.round(seconds / 86400);
  return days < 60 ? `${days} days ago` : null;
}

export function refreshAges(root = document) {
  for (const time of root.querySelectorAll("time[data-age]")) {
    const text = ago((Date.now() - Date.parse(time.dateTime)) / 1000);
    if (text !== null && time.textContent !== text) time.textContent = text;
  }
}

setInterval(refreshAges, 15000);
