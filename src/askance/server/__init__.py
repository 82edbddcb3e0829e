"""The server: people label in a page, the model learns behind them.  Floor 6."""
