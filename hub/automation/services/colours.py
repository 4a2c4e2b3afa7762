"""Colours from one way of naming them into another, for lights that know only some.

CIE 1931 with the sRGB primaries and the D65 white point (IEC 61966-2-1); temperatures after CIE 015's daylight and
Planckian loci in Kim's approximation (US patent 7024034). Names are those of CSS Color Module Level 4.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping, Sequence
from typing import Any

Rgb = tuple[int, int, int]
_HEX = """
aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000
blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00
chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b
darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b
darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a
darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1
darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff
firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700
goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4
indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00
lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2
lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa
lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0
lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd
mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a
mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1
moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500
orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093
papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080
rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072
sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd
slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080
thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5
yellow ffff00 yellowgreen 9acd32
"""
_WORDS = _HEX.split()
NAMES: Mapping[str, Rgb] = {
    name: (int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16))
    for name, code in zip(_WORDS[::2], _WORDS[1::2], strict=True)
}
_D65 = (0.3127, 0.3290)
MODES = ("rgb", "hs", "xy", "rgbw", "rgbww")
"""What a light may speak, the plainest first."""


def by_name(name: str) -> Rgb:
    """Raises ValueError."""
    try:
        return NAMES[re.sub(r"[\s_-]", "", name.lower())]
    except KeyError:
        raise ValueError(f"{name[:40]!r} is no colour's name; take one of CSS, such as `tomato`") from None


def rgb_of(mode: str, value: Sequence[float]) -> Rgb:
    """A colour of any mode as red, green and blue, 0 to 255."""
    match mode:
        case "hs":
            return _bytes(colorsys.hsv_to_rgb(value[0] / 360 % 1, value[1] / 100, 1))
        case "xy":
            return _from_xy(value[0], value[1])
        case "rgb":
            return _bytes([one / 255 for one in value])
        case _:  # white adds to each
            mixed = [one + sum(value[3:]) for one in value[:3]]
            return _bytes([one / (max(*mixed, 255) or 1) for one in mixed])


def rgb_to(mode: str, rgb: Rgb) -> list[float]:
    """Red, green and blue in another mode."""
    match mode:
        case "hs":
            hue, saturation, _ = colorsys.rgb_to_hsv(*(one / 255 for one in rgb))
            return [round(hue * 360, 3), round(saturation * 100, 3)]
        case "xy":
            return _to_xy(rgb)
        case "rgbw":
            return [*(one - min(rgb) for one in rgb), min(rgb)]
        case "rgbww":
            return [*(one - min(rgb) for one in rgb), min(rgb), min(rgb)]
        case _:
            return list(rgb)


def of_kelvin(kelvin: float) -> Rgb:
    """The colour of a white of this temperature."""
    t = 1000 / min(max(kelvin, 1667.0), 25_000.0)
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    return _from_xy(x, y)


def _bytes(parts: Sequence[float]) -> Rgb:
    red, green, blue = (round(min(max(one, 0.0), 1.0) * 255) for one in parts)
    return red, green, blue


def _to_xy(rgb: Rgb) -> list[float]:
    red, green, blue = ((c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in (v / 255 for v in rgb))
    x = 0.4124564 * red + 0.3575761 * green + 0.1804375 * blue
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = 0.0193339 * red + 0.1191920 * green + 0.9503041 * blue
    whole = x + y + z
    return [round(x / whole, 4), round(y / whole, 4)] if whole else list(_D65)


def _from_xy(x: float, y: float) -> Rgb:
    """The brightest colour of that hue."""
    y = y or 1e-9
    big_x, big_z = x / y, (1 - x - y) / y
    linear = (
        3.2404542 * big_x - 1.5371385 - 0.4985314 * big_z,
        -0.9692660 * big_x + 1.8760108 + 0.0415560 * big_z,
        0.0556434 * big_x - 0.2040259 + 1.0572252 * big_z,
    )
    most = max(*linear, 1e-9)
    shares = (max(one, 0.0) / most for one in linear)
    return _bytes([12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in shares])


def for_light(given: dict[str, Any], modes: Sequence[str]) -> dict[str, Any]:
    """The parameters with the colour in a way that a light of these `supported_color_modes` knows."""
    colours = [mode for mode in MODES if mode in modes]
    mode = next((one for one in MODES if given.get(f"{one}_color") is not None), None)
    out = dict(given)
    if mode is not None and mode not in modes and colours:
        rgb = rgb_of(mode, out.pop(f"{mode}_color"))
        out[f"{colours[0]}_color"] = rgb_to(colours[0], rgb)
    elif mode is None and out.get("color_temp_kelvin") is not None and "color_temp" not in modes and colours:
        out[f"{colours[0]}_color"] = rgb_to(colours[0], of_kelvin(out.pop("color_temp_kelvin")))
    elif mode is not None and not colours and "color_temp" in modes:
        out["color_temp_kelvin"] = _kelvin_of(rgb_to("xy", rgb_of(mode, out.pop(f"{mode}_color"))))
    elif mode is not None and modes and not colours:
        out.pop(f"{mode}_color")  # it has no colours; the rest holds
    return out


def _kelvin_of(xy: Sequence[float]) -> int:
    """Correlated colour temperature (McCamy 1992)."""
    n = (xy[0] - 0.3320) / ((0.1858 - xy[1]) or 1e-9)
    return round(min(max(449 * n**3 + 3525 * n**2 + 6823.3 * n + 5520.33, 1000), 40_000))
