"""The outside world → Article: feeds, pages, files. Knows nothing of language or of the store."""
