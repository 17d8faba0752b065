"""A tree of clusters that is learnt from objects alone (TreeVAE; Manduchi et al., 2023, arXiv 2306.08984)."""
