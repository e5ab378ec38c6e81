"""Pages and exports of the personnel office."""
