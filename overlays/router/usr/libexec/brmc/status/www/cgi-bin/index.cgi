#!/bin/sh
# The address of the router without a path leads here (BusyBox networking/httpd.c).
exec /usr/libexec/brmc/status/answer page
