################################################################################
#
# mcast-router: what Buildroot's makefiles get on top of the configuration
#
################################################################################

# Which folder below overlays/deployments is laid over the root, as in
#   make BRMC_DEPLOYMENT=lisbon
# Folders: default lisbon
BRMC_DEPLOYMENT ?= default

include $(sort $(wildcard $(BR2_EXTERNAL_BRMC_PATH)/package/*/*.mk))
