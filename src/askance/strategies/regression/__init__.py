"""Labels are numbers: what to ask where the target is one."""
