"""Draws the plots that the documentation shows."""

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

COLOURS = {"threaded": "#9a9a9a", "patched": "#c98f3c", "asyncio": "#b3123b"}


def draw(results, folder):
    """Draw throughput and latency, relative to CherryPy's threaded server."""
    folder.mkdir(parents=True, exist_ok=True)
    works = results["works"]
    _bars(
        {work: _ratios(by_server, "rate") for work, by_server in works.items()},
        "Requests a second, threaded CherryPy = 1",
        folder / "asyncio-throughput.svg",
    )
    _bars(
        {
            work: {name: figures["p99"] for name, figures in by_server.items()}
            for work, by_server in works.items()
        },
        "99th percentile of latency in ms",
        folder / "asyncio-latency.svg",
    )


def _ratios(by_server, key):
    base = by_server["threaded"][key]
    return {name: figures[key] / base for name, figures in by_server.items()}


def _bars(groups, title, path):
    figure, axes = plt.subplots(figsize=(8, 0.45 * sum(len(g) + 1 for g in groups.values())))
    labels, places, place = [], [], 0
    for work, bars in groups.items():
        axes.text(0, -place, work, weight="bold", va="center")
        place += 1
        for name, value in bars.items():
            axes.barh(-place, value, color=COLOURS.get(name, "#4a6fa5"))
            axes.text(value, -place, f" {value:{'.0f' if value >= 1000 else '.3g'}}", va="center")
            labels.append(name)
            places.append(-place)
            place += 1
    axes.set_yticks(places, labels)
    axes.set_title(title, pad=16)
    axes.margins(y=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
