################################################################################
#
# mcast-router: what Buildroot's makefiles get on top of the configuration
#
################################################################################

# Which folder below overlays/deployments is laid over the root. Apart, so that a new deployment changes nothing that a base is made of
include $(wildcard $(BR2_EXTERNAL_BRMC_PATH)/overlays/deployments.inc)

include $(sort $(wildcard $(BR2_EXTERNAL_BRMC_PATH)/package/*/*.mk))
