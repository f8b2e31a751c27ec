# Which folder below overlays/deployments is laid over the root, as in
#   make BRMC_DEPLOYMENT=default
# Folders: default
BRMC_DEPLOYMENT ?= default
