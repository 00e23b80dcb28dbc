"""The traffic of servers: exchanges and errors as recorded, requests in flight, injected faults."""
