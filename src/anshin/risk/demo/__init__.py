"""Answers of an invented company, for the documentation and the demo. Not here: its devices (`console.web.demo`)."""
