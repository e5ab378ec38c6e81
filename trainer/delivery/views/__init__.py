"""The learner's pages, one file and one blueprint for each kind."""
