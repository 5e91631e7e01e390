import pytest
from matplotlib import pyplot as plt

import hssm
from hssm.diagnostics import check
from hssm.reporting.report import (
    data_section,
    energy_plot,
    overview,
    posterior_section,
    posterior_table,
    prior_section,
    shown_names,
)
from tests.fitted import simple_frame
from tests.reporting.test_page import parsed


@pytest.fixture(scope="module")
def written(simple_fit, tmp_path_factory):
    """The page of a short fit, and the figures that are open afterwards."""
    import matplotlib as mpl

    mpl.use("Agg")
    own = plt.figure()
    open_before = plt.get_fignums()
    path = simple_fit.report(tmp_path_factory.mktemp("report"), random_state=1)
    still_open = plt.get_fignums()
    plt.close(own)
    return path, path.read_text(encoding="utf-8"), still_open == open_before


def test_the_page_holds_every_section(written):
    path, text, _ = written
    assert path.name == "report.html"
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]
    found = parsed(text)
    sections = [attrs["id"] for tag, attrs in found.seen if tag == "section"]
    names = ["overview", "model", "data", "priors", "diagnostics", "chains", "posterior", "predictions"]
    assert sections == names
    pictures = [attrs["alt"].split(":")[0] for tag, attrs in found.seen if tag == "img"]
    assert len(pictures) == 7
    assert pictures[0] == "Traces"
    assert pictures[-1] == "The process"


def test_the_page_needs_nothing_from_outside(written):
    _, text, _ = written
    assert all(link.startswith(("#", "data:")) for link in parsed(text).links)
    assert "http" not in text
    assert "<script" not in text


def test_the_users_figures_stay_and_ours_are_closed(written):
    assert written[2]


def test_chains_are_counted_in_whole_numbers(hierarchical_fit):
    figure = energy_plot(hierarchical_fit.traces).viz["figure"].item()
    chains = next(ax for ax in figure.axes if ax.get_ylabel() == "Chain")
    assert all(tick == round(tick) for tick in chains.get_yticks())
    plt.close(figure)


def test_sections_say_what_is_in_the_fit(hierarchical_fit):
    report = check(hierarchical_fit)
    first = "".join(overview(hierarchical_fit.traces, report).pieces)
    assert "do not trust these draws yet" in first
    priors = "".join(prior_section(hierarchical_fit).pieces)
    for words in ("v_1|participant_id", ">log<", "fixed at 0.05", "Uniform"):
        assert words in priors
    data = "".join(data_section(hierarchical_fit).pieces)
    for words in ("median", "participant_id", "hi, lo, mid"):
        assert words in data
    table = "".join(posterior_section(report, hierarchical_fit.traces).pieces)
    assert "97.5 %" in table
    assert "t_1|participant_id[105]" in table
    assert "v_1|participant_id" not in shown_names(hierarchical_fit.traces)


def test_intervals_belong_to_their_rows(hierarchical_fit):
    table = posterior_table(check(hierarchical_fit), hierarchical_fit.traces)
    effect = hierarchical_fit.traces["posterior"]["t_1|participant_id"].sel(participant_id__factor_dim="103")
    assert table.loc["t_1|participant_id[103]", "97.5 %"] == pytest.approx(float(effect.quantile(0.975)))
    assert table.loc["z", "2.5 %"] == pytest.approx(float(hierarchical_fit.traces["posterior"]["z"].quantile(0.025)))


def test_a_report_needs_draws(tmp_path):
    with pytest.raises(ValueError, match=r"call `sample\(\)` first"):
        hssm.HSSM(simple_frame(12)).report(tmp_path / "x.html")
    assert not list(tmp_path.iterdir())
