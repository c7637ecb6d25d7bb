"""What an app can do: the action contract, the ports to the outside world, and the action types."""
