"""Pictures of codes as SVG, drawn here: QR and Code 128. Nothing is fetched, and nothing leaves."""

from __future__ import annotations

from html import escape

import segno

QR_MOST = 300
CODE128_MOST = 80

# The widths of the three bars and three gaps of each value, a bar first; as ISO/IEC 15417 has them.
_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132"
    "122231113222123122123221223211221132221231213212223112312131311222321122321221312212"
    "322112322211212123212321232121111323131123131321112313132113132311211313231113231311"
    "112133112331132131113123113321133121313121211331231131213113213311213131311123311321"
    "331121312113312311332111314111221411431111111224111422121124121421141122141221112214"
    "112412122114122411142112142211241211221114413111241112134111111242121142121241114212"
    "124112124211411212421112421211212141214121412121111143111341131141114113114311411113"
    "411311113141114131311141411131211412211214211232"
)
_START_B = 104
_STOP = "2331112"
_QUIET, _HEIGHT = 10, 44


def fits_code128(text: str) -> bool:
    """Tell whether a text can be drawn as Code 128: Latin letters, digits and signs."""
    return 0 < len(text) <= CODE128_MOST and all(" " <= char <= "~" for char in text)


def draw_qr(text: str) -> str:
    """Return a QR code as SVG; it can be read with a seventh of it damaged."""
    drawn = segno.make_qr(text, error="m").svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None)
    return drawn.replace(
        "<svg ", f'<svg class="barcode barcode-qr" role="img" aria-label="{escape(text)}" ', 1
    )


def draw_code128(text: str) -> str:
    """Return a Code 128 as SVG."""
    values = [_START_B, *(ord(char) - 32 for char in text)]
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    widths = [int(width) for value in (*values, check) for width in _WIDTHS[value * 6 : value * 6 + 6]]
    widths += [int(width) for width in _STOP]
    path, at = "", _QUIET
    for position, width in enumerate(widths):
        if position % 2 == 0:
            path += f"M{at} 4h{width}v{_HEIGHT}h-{width}z"
        at += width
    box = f"0 0 {at + _QUIET} {_HEIGHT + 8}"
    label = escape(text)
    return (
        f'<svg class="barcode barcode-128" role="img" aria-label="{label}" viewBox="{box}" '
        f'preserveAspectRatio="none"><path fill="#000" d="{path}"/></svg>'
    )
