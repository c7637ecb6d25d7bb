"""What runs beside the requests: delivery of the outbox and, later, timers."""
