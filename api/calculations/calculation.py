"""A calculation over HTTP: inputs by name, one of the library's functions, outputs by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from api.calculations.docs import parameters_of, sources_of, summary_of
from api.problems import Problem
from api.schemas import Strict


class Inputs(Strict):
    """What a model wants to know. Its fields are described where the model describes its own."""

    DOCUMENTED: ClassVar[tuple[object, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **_given: Any) -> None:
        words = {name: text for documented in cls.DOCUMENTED for name, text in parameters_of(documented).items()}
        for name, field in cls.model_fields.items():
            field.description = field.description or words.get(name)
        cls.model_rebuild(force=True)


class Outputs(BaseModel):
    """What comes of it: every number is finite."""

    model_config = ConfigDict(allow_inf_nan=False)


I = TypeVar("I", bound=Inputs)  # noqa: E741  # the usual pair
O = TypeVar("O", bound=Outputs)  # noqa: E741


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation(Generic[I, O]):
    """``formulas`` are what does the work; the first says in a word what it is."""

    name: str
    version: str
    inputs: type[I]
    outputs: type[O]
    compute: Callable[[I], O]
    formulas: tuple[object, ...]

    @property
    def summary(self) -> str:
        """What it is, in the model's words."""
        return summary_of(self.formulas[0])

    @property
    def example(self) -> dict[str, Any]:
        """Inputs that compute something: none where each has a default that does."""
        found: dict[str, Any] = self.inputs.model_json_schema().get("examples", [{}])[0]
        return found

    @property
    def sources(self) -> list[str]:
        """From which papers, once each."""
        return list(dict.fromkeys(source for formula in self.formulas for source in sources_of(formula)))

    def run(self, inputs: I) -> O:
        """The outputs.

        Raises
        ------
        ModelDomainError
            An argument lies outside the model's domain.
        Problem
            The arguments are too large, or too small, together.
        """
        try:
            return self.compute(inputs)
        except (ArithmeticError, ValidationError) as error:
            raise Problem.of_field("result", "not finite", "a number that a float holds: change the inputs") from error
