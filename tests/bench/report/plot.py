"""Line plots as SVG: the same numbers give the same bytes, and nothing has to be installed."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 76, 200, 40, 56
COLOURS = ["#0b6e99", "#c0392b", "#2e7d32", "#8e44ad", "#b9770e", "#455a64", "#00838f", "#6d4c41"]
STYLE = "font-family='sans-serif' font-size='12' fill='#333'"


class Axis:
    """Numbers between `low` and `high` on pixels from `begin` to `end`."""

    def __init__(self, values, is_log, begin, end):
        self.is_log, self.begin, self.end = is_log, begin, end
        low, high = min(values), max(values)
        if is_log:
            self.low = 10 ** math.floor(math.log10(low) + 1e-9)
            self.high = 10 ** math.ceil(math.log10(high) - 1e-9)
            if high <= self.low:
                self.high = 10 * self.low
        else:
            self.step = nice_step(max(high - min(low, 0), 1e-9))
            self.low = self.step * math.floor(min(low, 0) / self.step)
            self.high = self.step * math.ceil(high / self.step + 1e-9)

    def at(self, value):
        low, high = self.low, self.high
        if self.is_log:
            low, high, value = math.log10(low), math.log10(high), math.log10(max(value, low))
        part = min(max((value - low) / (high - low), 0), 1)
        return self.begin + part * (self.end - self.begin)

    def ticks(self):
        if not self.is_log:
            count = round((self.high - self.low) / self.step)
            return [self.low + i * self.step for i in range(count + 1)]
        first, last = round(math.log10(self.low)), round(math.log10(self.high))
        # Within two decades the powers of ten alone would leave the reader guessing.
        factors = (1, 2, 5) if last - first <= 2 else (1,)
        ticks = [f * 10.0**e for e in range(first, last + 1) for f in factors]
        return [t for t in ticks if t <= self.high * 1.0001]


def nice_step(span):
    """1, 2 or 5 times a power of ten, so that about six steps make the span."""
    power = 10 ** math.floor(math.log10(span / 6))
    return next(f * power for f in (1, 2, 5, 10) if f * power >= span / 6 * 0.999)


def number(value):
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:g}"


def text(x, y, words, anchor="middle", more=""):
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' {STYLE} {more}>{escape(words)}</text>"


def frame(title, x_label, y_label, x_axis, y_axis):
    """Title, grid, tick marks and the names of both axes."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    out = [text(LEFT, 22, title, "start", "font-weight='bold'")]
    for tick in x_axis.ticks():
        x = x_axis.at(tick)
        out.append(f"<path d='M{x:.1f} {TOP}V{bottom}' stroke='#eee'/>")
        out.append(text(x, bottom + 18, number(tick)))
    for tick in y_axis.ticks():
        y = y_axis.at(tick)
        out.append(f"<path d='M{LEFT} {y:.1f}H{right}' stroke='#eee'/>")
        out.append(text(LEFT - 8, y + 4, number(tick), "end"))
    out.append(f"<path d='M{LEFT} {TOP}V{bottom}H{right}' stroke='#333' fill='none'/>")
    out.append(text((LEFT + right) / 2, HEIGHT - 14, x_label))
    middle = (TOP + bottom) / 2
    out.append(text(18, middle, y_label, "middle", f"transform='rotate(-90 18 {middle:.1f})'"))
    return out


def line_plot(path, title, x_label, y_label, series, x_log=False, y_log=False, marks=True):
    """`series`: (name, [(x, y), ...]) each; on logarithmic axes all numbers are above 0."""
    x_axis = Axis([x for _, points in series for x, _ in points], x_log, LEFT, WIDTH - RIGHT)
    y_axis = Axis([y for _, points in series for _, y in points], y_log, HEIGHT - BOTTOM, TOP)
    out = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}'"
        f" width='{WIDTH}' height='{HEIGHT}' role='img' aria-label='{escape(title)}'>",
        f"<rect width='{WIDTH}' height='{HEIGHT}' fill='#fff'/>",
    ]
    out += frame(title, x_label, y_label, x_axis, y_axis)
    for i, (name, points) in enumerate(series):
        colour = COLOURS[i % len(COLOURS)]
        at = [f"{x_axis.at(x):.1f} {y_axis.at(y):.1f}" for x, y in points]
        out.append(f"<path d='M{'L'.join(at)}' stroke='{colour}' stroke-width='1.8' fill='none'/>")
        if marks:
            for place in at:
                x, y = place.split()
                out.append(f"<circle cx='{x}' cy='{y}' r='3' fill='{colour}'/>")
        y = TOP + 14 + 20 * i
        x = WIDTH - RIGHT + 12
        out.append(f"<path d='M{x} {y - 4}h16' stroke='{colour}' stroke-width='3'/>")
        out.append(text(x + 22, y, name, "start"))
    out.append("</svg>")
    path.write_text("\n".join(out) + "\n")
