"""Parameters at which boundaries by name are tested, without a."""

BY_NAME = {
    "constant": {},
    "angle": {"theta": 0.3},
    "weibull_cdf": {"alpha": 2.0, "beta": 1.5},
    "generalized_logistic": {"B": 2.0, "M": 1.2, "nu": 0.5},
    "conflict_gamma": {"theta": 0.3, "scale": 0.2, "alphaGamma": 2.5, "scaleGamma": 0.3},
    "addm_collapse": {"b": 0.4},
}
