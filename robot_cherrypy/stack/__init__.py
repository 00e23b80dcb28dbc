"""Real parts around an application: PostgreSQL, HAProxy, application processes."""
