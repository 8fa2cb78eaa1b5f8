"""The pages of the dashboard, one module each. They read the store through `graph/` and compute nothing."""
