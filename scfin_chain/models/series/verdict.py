"""What a test whose large values speak against its hypothesis says at a level of significance."""

from abc import ABC, abstractmethod

from scfin_chain.models import domain


class UpperTailTest(ABC):
    """A test that rejects above a critical value; its kinds say by which law.

    Examples
    --------
    >>> from scfin_chain.models.series.residuals import ChiSquareTest
    >>> isinstance(ChiSquareTest(statistic=7.8, degrees=2, p_value=0.0202), UpperTailTest)
    True
    """

    __slots__ = ()

    statistic: float

    @abstractmethod
    def _exceeded(self, probability: float) -> float:
        """What the statistic exceeds with a probability under the hypothesis."""

    def critical(self, level: float) -> float:
        """The statistic above which the hypothesis is rejected.

        Parameters
        ----------
        level
            Significance in (0, 1), a fraction.

        Raises
        ------
        ModelDomainError
            If the level lies outside (0, 1).

        Examples
        --------
        >>> from scfin_chain.models.series.granger import granger_from_sums
        >>> from scfin_chain.models.series.residuals import ChiSquareTest
        >>> round(granger_from_sums(restricted=10, unrestricted=8, observations=40, lags=2).critical(0.05), 6)
        3.267424
        >>> round(ChiSquareTest(statistic=7.8, degrees=2, p_value=0.0202).critical(0.05), 6)
        5.991465
        """
        domain.within("level", level, 0, 1, open_low=True, open_high=True)
        return domain.computed("critical", self._exceeded(level))

    def rejects(self, level: float) -> bool:
        """Whether the hypothesis falls.

        Parameters
        ----------
        level
            Significance in (0, 1), a fraction.

        Raises
        ------
        ModelDomainError
            If the level lies outside (0, 1).

        Examples
        --------
        >>> from scfin_chain.models.series.granger import granger_from_sums
        >>> granger_from_sums(restricted=10, unrestricted=8, observations=40, lags=2).rejects(0.05)
        True
        """
        return self.statistic > self.critical(level)
