"""The web: blueprints for patients (intake), staff (clinic, admin) and operators (ops). Thin: use cases decide."""
