import type {KconfigKind} from '../../src/kconfig/question.js'

/** An expanded KCONFIG_ENABLE_OPT and KCONFIG_DISABLE_OPT of Buildroot's package/pkg-utils.mk. */
export const enable = (name: string): string => `@if ! grep -q '^${name}=[my]' /; then \t/usr/bin/sed -i -e '/^\\(# \\)\\?${name}\\>/d' / && echo '${name}=y' >> /; fi\n`
export const disable = (name: string): string => `@\t/usr/bin/sed -i -e '/^\\(# \\)\\?${name}\\>/d' / && echo '# ${name} is not set' >> /\n`

export interface Case {
  title: string
  kind: KconfigKind
  fragment: string
  fixups?: string
  /** symbol: asked → got: why → advice; empty where all comes out as asked. */
  broken: string[]
}

export const cases: Case[] = [
  {
    title: 'BR2_, no such option', kind: 'buildroot', fragment: 'BR2_PACKAGE_LIGHTPD=y\n',
    broken: ['BR2_PACKAGE_LIGHTPD: y → n: Buildroot has no such option; near: BR2_PACKAGE_LIGHTTPD → correct the name, or take the line away'],
  },
  {
    title: 'kernel, no such option', kind: 'linux', fragment: 'CONFIG_NET_SCHD=y\n',
    broken: ['CONFIG_NET_SCHD: y → n: this kernel has no such option; near: CONFIG_NET_SCHED → correct the name, or take the line away'],
  },
  {
    title: 'BusyBox, no such option, nothing near', kind: 'busybox', fragment: 'CONFIG_XYZZY_PLUGH=y\n',
    broken: ['CONFIG_XYZZY_PLUGH: y → n: this BusyBox has no such option → take the line away'],
  },
  {
    title: 'BR2_, a dependency is off, and one of that', kind: 'buildroot', fragment: 'BR2_PACKAGE_LIGHTTPD_OPENSSL=y\n',
    broken: ['BR2_PACKAGE_LIGHTTPD_OPENSSL: y → n: depends on BR2_PACKAGE_LIGHTTPD, which is n (package/lighttpd/Config.in:1) because it depends on '
      + 'BR2_PACKAGE_ZLIB_ARCH_SUPPORTS, which is n (package/openssl/Config.in:8) and has no prompt because it depends on BR2_aarch64, which is n (Config.in:13) '
      + '→ take the line away'],
  },
  {
    title: 'kernel, a dependency is off', kind: 'linux', fragment: 'CONFIG_NET_SCH_TBF=y\n',
    broken: ['CONFIG_NET_SCH_TBF: y → n: depends on NET_SCHED, which is n (net/sched/Kconfig:1) → add to br2-external/linux-user.fragment: CONFIG_NET_SCHED=y'],
  },
  {
    title: 'kernel, a chain of dependencies is cut at its root', kind: 'linux', fragment: '# CONFIG_NET is not set\nCONFIG_NET_SCH_TBF=m\n',
    broken: ['CONFIG_NET_SCH_TBF: m → n: depends on NET_SCHED, which is n (net/sched/Kconfig:1) because it depends on NET, which is n (net/Kconfig:1; so asked in fragment:1) '
      + '→ add to br2-external/linux-user.fragment: CONFIG_NET=y, CONFIG_NET_SCHED=y'],
  },
  {
    title: 'BusyBox, a dependency is off', kind: 'busybox', fragment: 'CONFIG_FEATURE_HTTPD_CGI=y\n',
    broken: ['CONFIG_FEATURE_HTTPD_CGI: y → n: depends on HTTPD, which is n (networking/httpd.c:2) → add to br2-external/busybox-user.fragment: CONFIG_HTTPD=y'],
  },
  {
    title: 'BusyBox, a dependency must be off', kind: 'busybox', fragment: 'CONFIG_MODPROBE=y\n',
    broken: ['CONFIG_MODPROBE: y → n: depends on !MODPROBE_SMALL, which is n (CONFIG_MODPROBE_SMALL is y, init/Config.in:5) '
      + '→ add to br2-external/busybox-user.fragment: # CONFIG_MODPROBE_SMALL is not set'],
  },
  {
    title: 'y where the dependency is m', kind: 'linux', fragment: 'CONFIG_NFT_CT=y\n',
    broken: ['CONFIG_NFT_CT: y → m: depends on NF_TABLES, which is m (net/Kconfig:31) → add to br2-external/linux-user.fragment: CONFIG_NF_TABLES=y'],
  },
  {
    title: 'a dependency on =y', kind: 'linux', fragment: 'CONFIG_NF_TABLES_INET=y\n',
    broken: ['CONFIG_NF_TABLES_INET: y → n: depends on NF_TABLES = y, which is n (CONFIG_NF_TABLES is m, net/Kconfig:31) → add to br2-external/linux-user.fragment: CONFIG_NF_TABLES=y'],
  },
  {
    title: 'm without modules', kind: 'linux', fragment: '# CONFIG_MODULES is not set\nCONFIG_IPV6=m\n',
    broken: ['CONFIG_IPV6: m → y: there are no modules: CONFIG_MODULES is n → set CONFIG_MODULES=y'],
  },
  {
    title: 'm for a bool', kind: 'linux', fragment: 'CONFIG_INET=m\n',
    broken: ['CONFIG_INET: m → n: is a bool (net/Kconfig:10): built in or left out, never a module → ask for CONFIG_INET=y'],
  },
  {
    title: 'any of several', kind: 'linux', fragment: 'CONFIG_SERIAL_ANY=y\n',
    broken: ['CONFIG_SERIAL_ANY: y → n: depends on SERIAL_AMBA || SERIAL_TINY || NO_SUCH_SERIAL, which is n (CONFIG_NO_SUCH_SERIAL is not there; CONFIG_SERIAL_AMBA is n, drivers/Kconfig:10; '
      + 'CONFIG_SERIAL_TINY is n, drivers/Kconfig:14) → add to br2-external/linux-user.fragment: CONFIG_SERIAL_TINY=y'],
  },
  {
    title: 'a dependency that only a select sets', kind: 'linux', fragment: 'CONFIG_SERIAL_AMBA=y\n',
    broken: ['CONFIG_SERIAL_AMBA: y → n: depends on HAS_IOMEM, which is n (drivers/Kconfig:1) and has no prompt, but one that selects it does: CONFIG_ARCH_BCM (drivers/Kconfig:4) → take the line away'],
  },
  {
    title: 'no prompt', kind: 'linux', fragment: 'CONFIG_HAS_IOMEM=y\n',
    broken: ['CONFIG_HAS_IOMEM: y → n: has no prompt (drivers/Kconfig:1): no line of a configuration sets it, but one that selects it does: CONFIG_ARCH_BCM (drivers/Kconfig:4) → take the line away'],
  },
  {
    title: 'selected', kind: 'buildroot', fragment: 'BR2_PACKAGE_OPENSSL=y\n# BR2_PACKAGE_ZLIB is not set\n',
    broken: ['BR2_PACKAGE_ZLIB: n → y: is made y by BR2_PACKAGE_OPENSSL (package/openssl/Config.in:1), which selects it → leave BR2_PACKAGE_OPENSSL out, or take the line away'],
  },
  {
    title: 'two of a choice', kind: 'linux', fragment: 'CONFIG_HZ_100=y\nCONFIG_HZ_1000=y\n',
    broken: ['CONFIG_HZ_100: y → n: one of its choice only can be y, and that is CONFIG_HZ_1000 (Kconfig:47) → take the line away that asks for CONFIG_HZ_1000'],
  },
  {
    title: 'not the default of a choice, and no other', kind: 'buildroot', fragment: '# BR2_INIT_BUSYBOX is not set\n# BR2_INIT_NONE is not set\n',
    broken: ['BR2_INIT_BUSYBOX: n → y: is the one of its choice (system/Config.in:5), of which one has to be y → ask for another one of that choice'],
  },
  {title: 'not the default of a choice, which new kernels heed', kind: 'linux', fragment: '# CONFIG_HZ_250 is not set\nCONFIG_NR_CPUS=2\n', broken: []},
  {
    title: 'none of a choice: one has to be', kind: 'linux', fragment: '# CONFIG_HZ_250 is not set\n# CONFIG_HZ_100 is not set\n# CONFIG_HZ_1000 is not set\n',
    broken: ['CONFIG_HZ_250: n → y: is the one of its choice (Kconfig:44), of which one has to be y → ask for another one of that choice'],
  },
  {
    title: 'another one of a choice, which BusyBox heeds only where the first is taken away', kind: 'busybox', fragment: 'CONFIG_INSTALL_LINKS=y\nCONFIG_INSTALL_COPIES=y\n',
    broken: ['CONFIG_INSTALL_COPIES: y → n: one of its choice only can be y, and that is CONFIG_INSTALL_LINKS (Config.in:15) → add to br2-external/busybox-user.fragment: # CONFIG_INSTALL_LINKS is not set'],
  },
  {
    title: 'one of a choice whose dependency is off', kind: 'buildroot', fragment: 'BR2_INIT_SYSTEMD=y\n',
    broken: ['BR2_INIT_SYSTEMD: y → n: depends on BR2_USE_GLIBC, which is n (system/Config.in:17) → add to br2-external/user.defconfig: BR2_USE_GLIBC=y'],
  },
  {
    title: 'a prompt for experts', kind: 'linux', fragment: '# CONFIG_PROC_SYSCTL is not set\n',
    broken: ['CONFIG_PROC_SYSCTL: n → y: can be switched off only with EXPERT, which is n (Kconfig:12) → add to br2-external/linux-user.fragment: CONFIG_EXPERT=y'],
  },
  {
    title: 'a menu that is not visible', kind: 'linux', fragment: 'CONFIG_STAGING_NET=y\n',
    broken: ['CONFIG_STAGING_NET: y → n: depends on EXPERT, which is n (Kconfig:12) → add to br2-external/linux-user.fragment: CONFIG_EXPERT=y'],
  },
  {
    title: 'defined twice: the definition that needs least is told', kind: 'linux', fragment: '# CONFIG_NET is not set\nCONFIG_TWICE=y\n',
    broken: ['CONFIG_TWICE: y → n: depends on EXPERT, which is n (Kconfig:12) → add to br2-external/linux-user.fragment: CONFIG_EXPERT=y'],
  },
  {
    title: 'a number beyond its range', kind: 'linux', fragment: 'CONFIG_NR_CPUS=9999\n',
    broken: ['CONFIG_NR_CPUS: 9999 → 4096: goes from 2 to 4096 (Kconfig:15) → ask for a number in that range'],
  },
  {
    title: 'a number in quotes', kind: 'buildroot', fragment: 'BR2_JLEVEL="2"\n',
    broken: ['BR2_JLEVEL: "2" → 0: "2" is no number (int) (Config.in:20) → write it as in BR2_JLEVEL=12'],
  },
  {
    title: 'a text without quotes', kind: 'linux', fragment: 'CONFIG_LOCALVERSION=-brmc\n',
    broken: ['CONFIG_LOCALVERSION: -brmc → "": -brmc is no text in double quotes (Kconfig:28) → write it as in CONFIG_LOCALVERSION="text"'],
  },
  {
    title: 'a word for a bool', kind: 'busybox', fragment: 'CONFIG_PING="y"\n',
    broken: ['CONFIG_PING: "y" → n: "y" is no y or n (networking/ping.c:1) → write it as in CONFIG_PING=y'],
  },
  {
    title: 'a text whose dependency is off', kind: 'buildroot', fragment: 'BR2_INIT_NONE=y\nBR2_SYSTEM_DHCP="eth1"\n',
    broken: ['BR2_SYSTEM_DHCP: "eth1" → n: depends on BR2_INIT_BUSYBOX, which is n (system/Config.in:5) → add to br2-external/user.defconfig: BR2_INIT_BUSYBOX=y'],
  },
  {
    title: 'a number whose dependency is off (BusyBox writes hidden ones)', kind: 'busybox', fragment: 'CONFIG_FEATURE_HTTPD_PORT_DEFAULT=8080\n',
    broken: ['CONFIG_FEATURE_HTTPD_PORT_DEFAULT: 8080 → 0: depends on HTTPD, which is n (networking/httpd.c:2) → add to br2-external/busybox-user.fragment: CONFIG_HTTPD=y'],
  },
  {
    title: "Buildroot's makefiles set it", kind: 'linux', fragment: '# CONFIG_IP_MULTICAST is not set\n', fixups: enable('CONFIG_IP_MULTICAST') + enable('CONFIG_IP_MROUTE'),
    broken: ["CONFIG_IP_MULTICAST: n → y: Buildroot's makefiles set CONFIG_IP_MULTICAST=y after all fragments, for what else is asked of it → take the line away"],
  },
  {
    title: "Buildroot's makefiles take it away", kind: 'busybox', fragment: 'CONFIG_PING=y\n', fixups: disable('CONFIG_PING'),
    broken: ["CONFIG_PING: y → n: Buildroot's makefiles set # CONFIG_PING is not set after all fragments, for what else is asked of it → take the line away"],
  },
  {title: 'm for what another one implies with y', kind: 'linux', fragment: 'CONFIG_ARCH_BCM=y\nCONFIG_BCM_SOUND=m\n', broken: []},
  {title: 'm for what another one implies with y, by a prompt that has to be opened', kind: 'linux', fragment: 'CONFIG_EXPERT=y\nCONFIG_ARCH_BCM=y\nCONFIG_BCM_VIDEO=m\n', broken: []},
  {
    title: 'm for what another one implies with y, by a prompt that is hidden', kind: 'linux', fragment: 'CONFIG_ARCH_BCM=y\nCONFIG_BCM_VIDEO=m\n',
    broken: ['CONFIG_BCM_VIDEO: m → y: depends on EXPERT, which is n (Kconfig:12) → add to br2-external/linux-user.fragment: CONFIG_EXPERT=y'],
  },
  {title: 'y for what another one implies with y', kind: 'linux', fragment: 'CONFIG_ARCH_BCM=y\nCONFIG_BCM_SOUND=y\n', broken: []},
  {title: "Buildroot's makefiles leave a module a module", kind: 'linux', fragment: 'CONFIG_IPV6=m\n', fixups: enable('CONFIG_IPV6'), broken: []},
  {
    title: 'an option that depends on the compiler', kind: 'linux', fragment: 'CONFIG_SHADOW_STACK=y\n',
    broken: ['CONFIG_SHADOW_STACK: y → n: depends on CC_HAS_NONSENSE, which is n (Kconfig:5) and has no prompt → take the line away'],
  },
  {
    title: 'BR2_, all as asked: texts with make variables, numbers, what is empty and hidden', kind: 'buildroot',
    fragment: 'BR2_aarch64=y\r\nBR2_HOST_DIR="$(BASE_DIR)/host"\r\nBR2_JLEVEL=2\r\nBR2_INIT_NONE=y\r\nBR2_SYSTEM_DHCP=""\r\n# BR2_INIT_BUSYBOX is not set\r\n', broken: [],
  },
  {
    title: 'kernel, all as asked: said twice, later wins; hexadecimal in either case; more than y after the first letter', kind: 'linux',
    fragment: 'CONFIG_NET_SCH_TBF=y\nCONFIG_NET_SCHED=yes\nCONFIG_NET_SCH_TBF=m # as a module\nCONFIG_PHYS_OFFSET=0xAB\nCONFIG_LOCALVERSION="-\\"x\\""\n# CONFIG_OLD_NAME is not set\n', broken: [],
  },
  {title: 'BusyBox, all as asked', kind: 'busybox', fragment: 'CONFIG_FEATURE_IPV6=y\nCONFIG_PING6=y\n# CONFIG_MDEV is not set\nCONFIG_PREFIX="$(DESTDIR)./_install"\n', broken: []},
  {
    title: 'taken out of Buildroot', kind: 'buildroot', fragment: 'BR2_PACKAGE_PYTHON=y\n',
    broken: ['BR2_PACKAGE_PYTHON: y → y: was taken out of Buildroot: python2.7 package removed (Config.in.legacy:6) → read in Config.in.legacy:6 what has taken its place'],
  },
]
