"""The figure of what single-digit units are worth."""
