"""Real parts around an application: PostgreSQL and HAProxy."""
