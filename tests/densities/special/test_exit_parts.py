"""The two forms of a bundle, images and waves, describe the same flux."""

import numpy as np
import pytest

from hssm.densities.special.exit_parts import image_bundle, wave_bundle
from tests.densities.compare import assert_close
from tests.tolerances import OTHER_ALGORITHM


@pytest.mark.parametrize("m", [0.0, 0.7, 3.0])
@pytest.mark.parametrize("c", [0.1, 0.5, 0.8])
def test_flux_and_its_slopes_agree_between_images_and_waves(m, c):
    u = 0.4
    images = np.array(image_bundle(u, m, c, 1 - c, 0.0, False, False)[5:]) / np.sqrt(2 * np.pi)
    waves = np.array(wave_bundle(u, m, c, 1 - c, 9)[5:]) * 2 * np.pi * np.exp(-(m * m + np.pi**2) * u / 2)
    assert_close(images, waves, OTHER_ALGORITHM)


def test_flipping_takes_the_complement():
    u, m, c = 0.1, 2.0, 0.4
    share = image_bundle(u, m, c, 1 - c, 0.0, False, False)[0] / np.sqrt(2 * np.pi)
    flipped = image_bundle(u, m, c, 1 - c, 0.0, True, False)[0] / np.sqrt(2 * np.pi)
    assert_close(share - flipped, np.exp(-m * c), OTHER_ALGORITHM)
