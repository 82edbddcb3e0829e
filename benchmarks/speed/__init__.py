"""Side by side with other libraries: cases, data, one module a library, measuring, floor, table."""
