"""What other strategies are made with."""
