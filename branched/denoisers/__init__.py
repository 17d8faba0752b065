"""A network as a denoiser, and denoisers made of denoisers: guidance, with and without a classifier."""
