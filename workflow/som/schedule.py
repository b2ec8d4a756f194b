"""How learning rate and radius fall from epoch to epoch."""


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
