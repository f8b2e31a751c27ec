# Which folder below overlays/deployments is laid over the root, as in
#   make BRMC_DEPLOYMENT=lisbon
# Folders: default lisbon
BRMC_DEPLOYMENT ?= default
