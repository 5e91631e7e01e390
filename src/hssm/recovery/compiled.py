"""One compiled sampler for many data sets of one structure: nutpie's NUTS on a model that is compiled once.

The data of the PyMC model are read through pointers, so that another data set costs nothing but the copy. nutpie hands
every matrix to the compiled density row by row; responses come column by column from a data frame, and only so do
loops over trials vectorise (18 against 4 us for 100 trials of the ddm). :func:`_fast_density` keeps the order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import xarray as xr

from hssm.bambi_bridge.transforms import converter
from hssm.construct import Construction
from hssm.inference.results import finish_draws, stored_names
from hssm.inference.samplers import default_target_accept
from hssm.seeds import as_generator
from hssm.spec import BuiltModel

JITTER = 0.1
"""Half width of the uniform jitter of starting points, on unconstrained scales, at most a posterior sd."""
ADAPTATION = "low_rank"
"""nutpie's adaptation of the metric: it follows correlations, which the few parameters of a flat model have."""
OPTIONS = {"draws", "tune", "chains", "target_accept", "max_treedepth", "cores", "progressbar"}
"""Options of ``sample`` that this sampler understands."""


class CompiledSampler:
    """Draws from the posterior of one PyMC model, whatever data it holds.

    Parameters
    ----------
    built : BuiltModel
        The model; its likelihood must have gradients. Compilation happens here and takes seconds: by Numba, or by JAX
        for networks and likelihoods of users that are JAX functions.
    """

    def __init__(self, built: BuiltModel) -> None:
        import nutpie

        self.model = built.pymc_model
        self._names = stored_names(built)
        self._accept = default_target_accept(built)
        self._free = [variable.name for variable in self.model.free_RVs]
        self._unconstrain: Any = None
        self._compiled: Any
        if built.likelihood.uses_jax:
            in_jax = {"backend": "jax", "gradient_backend": "jax"}
            self._compiled = nutpie.compile_pymc_model(self.model, var_names=self._names, freeze_model=False, **in_jax)
            self._known, self._starting = set(self._compiled._shared_data), "_make_initial_points"
            return
        with _fast_density(self.model):
            self._compiled = nutpie.compile_pymc_model(self.model, var_names=self._names, freeze_model=False)
        self._known = {variable.name for variable in self._compiled.shared_var_keys}
        self._starting = "initial_point_func"

    def sample(
        self,
        start: Mapping[str, np.ndarray],
        options: Mapping[str, Any],
        seed: np.random.SeedSequence,
        sds: Mapping[str, np.ndarray] | None = None,
    ) -> tuple[xr.Dataset, np.ndarray]:
        """Posterior draws of every stored variable as sampled, and which draws diverged, (chain, draw).

        Parameters
        ----------
        start : values of the free variables on their own scales
        options : ``draws``, ``tune``, ``chains``, ``target_accept``, ``max_treedepth``
        seed : of this fit
        sds : posterior standard deviations of free variables on unconstrained scales, as far as they are guessed

        Raises
        ------
        RuntimeError
            No finite starting point was found.
        """
        import nutpie

        jitter_seed, own_seed = seed.spawn(2)
        data = {variable.name: variable.get_value(borrow=True) for variable in self.model.data_vars}
        compiled = self._compiled.with_data(**{name: value for name, value in data.items() if name in self._known})
        starts = {self._starting: self._starts(start, jitter_seed, sds or {})}
        compiled = dataclasses.replace(compiled, **starts)
        settings = {"maxdepth": options["max_treedepth"]} if options.get("max_treedepth") else {}
        raw: Any = nutpie.sample(
            compiled,
            draws=int(options["draws"]),
            tune=int(options["tune"]),
            chains=int(options["chains"]),
            cores=1,
            seed=int(own_seed.generate_state(1)[0]),
            adaptation=ADAPTATION,
            target_accept=float(options.get("target_accept") or self._accept),
            progress_bar=False,
            save_warmup=False,
            return_raw_trace=True,
            **settings,
        )
        return self._posterior(*raw.get_arrow_trace())

    def reported(
        self, construction: Construction, options: Mapping[str, Any], seed: np.random.SeedSequence
    ) -> tuple[xr.Dataset, int]:
        """Posterior draws of all that a fit reports, of the data in the model, and the number of divergences."""
        built = construction.built
        sds = {} if built.quick_fit is None else built.quick_fit.sds()
        raw, diverging = self.sample(construction.initvals, options, seed, sds)
        return finish_draws(built, raw), int(diverging.sum())

    def _starts(
        self, start: Mapping[str, np.ndarray], seed: np.random.SeedSequence, sds: Mapping[str, np.ndarray]
    ) -> Any:
        """A function from a chain's seed to its flat, unconstrained starting point: ``start``, jittered."""
        values = {name: np.asarray(start[name], dtype=float) for name in self._free}
        if self._unconstrain is None:
            self._unconstrain = converter(self.model, {name: value.shape for name, value in values.items()}, "forward")
        free = self._unconstrain(values)
        flat = np.concatenate([np.ravel(free[name]) for name in self._free])
        widths = [np.broadcast_to(np.minimum(sds.get(name, JITTER), JITTER), free[name].shape) for name in self._free]
        width = np.concatenate([np.ravel(each) for each in widths])
        entropy = int(seed.generate_state(1)[0])

        def point(chain_seed: Any = None) -> np.ndarray:
            rng = as_generator(np.random.default_rng([entropy, int(chain_seed or 0)]))
            return flat + rng.uniform(-width, width)

        return point

    def _posterior(self, draws: Any, stats: Any) -> tuple[xr.Dataset, np.ndarray]:
        dims = self.model.named_vars_to_dims
        # The raw trace has the warm-up as well, whatever `save_warmup` says.
        kept = [~_flag(batch, "tuning") for batch in stats]
        coords = {"chain": np.arange(len(draws)), "draw": np.arange(int(kept[0].sum()))}
        variables = {}
        for name in self._names:
            values = np.stack([_column(batch, name)[keep] for batch, keep in zip(draws, kept, strict=True)])
            variables[name] = (("chain", "draw", *dims.get(name, ())), values)
            coords |= {dim: list(self.model.coords[dim]) for dim in dims.get(name, ())}
        diverging = np.stack([_flag(batch, "diverging")[keep] for batch, keep in zip(stats, kept, strict=True)])
        return xr.Dataset(variables, coords=coords), diverging


def _flag(batch: Any, name: str) -> np.ndarray:
    """(n_draws,) a sampler statistic that is true or false."""
    return np.asarray(batch.column(name).to_numpy(), dtype=bool)


def _column(batch: Any, name: str) -> np.ndarray:
    """(n_draws, ...) values of a variable in a batch of Arrow records."""
    import pyarrow

    column = batch.column(name)
    shape = [int(size) for size in (column.field.metadata.get(b"shape") or b"").decode().split(",") if size]
    array = pyarrow.array(column)
    flat = array.flatten() if hasattr(array, "flatten") else array
    return flat.to_numpy(False).reshape(batch.num_rows, *shape)


@contextmanager
def _fast_density(model: Any) -> Iterator[None]:
    """While it lasts, nutpie makes entries into densities that leave the order of the model's matrices as it is."""
    from nutpie import compile_pymc

    by_columns = {value.shape for value in map(_value, model.data_vars) if not value.flags.c_contiguous}

    def make(n_dim: int, function: Any, user_data: Any, keys: list[str], data: Mapping[str, np.ndarray]) -> Any:
        readers = [_reader(user_data.dtype, key, data[key], data[key].shape in by_columns) for key in keys]
        return _entry(n_dim, user_data.nbytes // 8, _call_with_data(function, readers))

    plain = compile_pymc._make_c_logp_func
    compile_pymc._make_c_logp_func = make
    try:
        yield
    finally:
        compile_pymc._make_c_logp_func = plain


def _value(variable: Any) -> np.ndarray:
    return np.asarray(variable.get_value(borrow=True))


def _entry(n_dim: int, n_words: int, call: Any) -> tuple[Any, Any]:
    """The function that nutpie calls for a density and its gradient, to be compiled, and its signature."""
    import numba
    from numba import types

    pointer = types.CPointer(types.double)
    signature = types.int64(types.uint64, pointer, pointer, pointer, types.voidptr)

    def density(dim, x_, gradient_, value_, data_):  # type: ignore[no-untyped-def]
        """0 for a finite density with a finite gradient, another number for none."""
        if dim != n_dim:
            return -1
        record = numba.carray(data_, (n_words,), np.int64)
        value, gradient = call(numba.carray(x_, (n_dim,)), record)
        numba.carray(value_, ())[()] = value[()]
        numba.carray(gradient_, (n_dim,))[...] = gradient
        if not np.isfinite(value[()]):
            return 4
        return 0 if np.all(np.isfinite(gradient)) else 3

    return density, signature


def _reader(dtype_of_record: Any, key: str, value: np.ndarray, by_columns: bool) -> Any:
    """A compiled function from nutpie's record of pointers and shapes to one array of data."""
    import numba
    from numba.np.unsafe.ndarray import to_fixed_tuple
    from nutpie.compile_pymc import address_as_void_pointer

    ndim, dtype = value.ndim, value.dtype
    first, layout = dtype_of_record.fields["shared"][1], dtype_of_record["shared"]
    place = (first + layout.fields["data"][1] + layout["data"].fields[key][1]) // 8
    shape = (first + layout.fields["shape"][1] + layout["shape"].fields[key][1]) // 8

    if ndim == 0:

        @numba.njit
        def read(record):  # type: ignore[no-untyped-def]
            return numba.carray(address_as_void_pointer(record[place]), (), dtype)
    elif by_columns:

        @numba.njit
        def read(record):  # type: ignore[no-untyped-def]
            size = to_fixed_tuple(record[shape : shape + ndim], ndim)
            return np.asfortranarray(numba.carray(address_as_void_pointer(record[place]), size, dtype))
    else:

        @numba.njit
        def read(record):  # type: ignore[no-untyped-def]
            size = to_fixed_tuple(record[shape : shape + ndim], ndim)
            return numba.carray(address_as_void_pointer(record[place]), size, dtype)

    return read


def _call_with_data(inner: Any, readers: list[Any]) -> Any:
    """``inner(x, *data)`` as a compiled function of ``x`` and the record."""
    import numba

    @numba.njit
    def collect(record):  # type: ignore[no-untyped-def]
        return ()

    for reader in readers:
        collect = _and_then(collect, reader)

    @numba.njit
    def call(x, record):  # type: ignore[no-untyped-def]
        return inner(x, *collect(record))

    return call


def _and_then(before: Any, reader: Any) -> Any:
    import numba

    @numba.njit
    def collect(record):  # type: ignore[no-untyped-def]
        return (*before(record), reader(record))

    return collect
