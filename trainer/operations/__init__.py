"""What keeps an installation healthy: worker, checks, health pages, demo."""
