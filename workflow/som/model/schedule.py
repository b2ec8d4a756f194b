"""How learning rate and radius fall from epoch to epoch."""

from typing import NamedTuple

SCHEDULES = ("exponential", "to_final", "linear")


class Schedule(NamedTuple):
    """Learning rate and radius of every epoch, as data.

    `exponential`: α₀·d^(e−1) and R₀·d^(e−1), the article's, whatever the number of epochs.
    `to_final`: the same curve with the factor that ends at the final values in the last epoch.
    `linear`: a straight line to the final values.

    Examples
    --------
    >>> schedule = Schedule("linear", 0.5, 9.0, 0.95, 0.1, 1.0, 5)
    >>> schedule.radius(1), schedule.radius(3), schedule.radius(5)
    (9.0, 5.0, 1.0)
    >>> round(schedule._replace(kind="to_final").radius(3), 9)
    3.0
    """

    kind: str
    initial_learning_rate: float
    initial_radius: float
    decay: float
    final_learning_rate: float
    final_radius: float
    epochs: int

    def learning_rate(self, epoch: int) -> float:
        """Return the learning rate that epoch `epoch` (1-based) uses."""
        return self._value(self.initial_learning_rate, self.final_learning_rate, epoch)

    def radius(self, epoch: int) -> float:
        """Return the radius that epoch `epoch` (1-based) uses, in grid steps."""
        return self._value(self.initial_radius, self.final_radius, epoch)

    def _value(self, initial: float, final: float, epoch: int) -> float:
        if self.kind == "exponential":
            return exponential_decay(initial, self.decay, epoch)
        share = (epoch - 1) / max(self.epochs - 1, 1)
        if self.kind == "linear":
            return initial + (final - initial) * share
        return float(initial * (final / initial) ** share)


def exponential_decay(initial: float, decay: float, epoch: int) -> float:
    """Return the value that epoch `epoch` (1-based) uses: initial · decay^(epoch − 1).

    It depends on the epoch alone, never on how many there will be, so that more epochs can be
    trained later without changing earlier ones.

    Examples
    --------
    >>> exponential_decay(0.5, 0.95, 1)
    0.5
    >>> round(exponential_decay(50.0, 0.95, 91), 3)
    0.494
    """
    return initial * decay ** (epoch - 1)
