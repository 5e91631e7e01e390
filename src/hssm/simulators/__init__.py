"""Drawing responses: exact samplers where they exist, the ssm-simulators package for the rest."""
