//config:config PING
//config:	bool "ping (10 kb)"
//config:
//config:config PING6
//config:	bool "ping6 (11 kb)"
//config:	depends on FEATURE_IPV6
