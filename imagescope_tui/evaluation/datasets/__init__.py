"""One module per data set: from the files its authors publish to a Benchmark."""
