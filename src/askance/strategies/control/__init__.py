"""What everything else is measured against."""
