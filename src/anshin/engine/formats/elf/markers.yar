/*
   Strings of interest in Linux programs. A rule's name is the sign `elf.<name>` of the catalogue, or a word for the
   learned model where the catalogue has no such code. What a match means, and how much, stands in the catalogue only.
   Words that malware lists stand here in the clear: this file is data of a scanner, and no program reads it as code.
*/

/* ---- what it mines ---- */
rule kills_rivals
{
    strings:
        $a1 = "kdevtmpfsi"
        $a2 = "kinsing"
        $a3 = "watchbog"
        $a4 = "xmr-stak"
        $a5 = "sysupdata"
        $a6 = "networkservice"
        $a7 = "pwnrig"
        $a8 = "kthrotlds"
        $a9 = "ddgs.3"
        $a10 = "minerd"
        $a11 = "xmrigDaemon"
        $a12 = "cryptonight"
        $a13 = "solrd"
        $a14 = "sysrv"
        $a15 = "dbused"
        $a16 = "crypto-pool"
        $a17 = "minexmr"
        $kill1 = "pkill -f"
        $kill2 = "pkill -9"
        $kill3 = "killall -9"
        $kill4 = "kill -9"
        $kill5 = "xargs kill"
        $kill6 = "xargs -I % kill"
    condition:
        3 of ($a*) and any of ($kill*)
}

/* ---- networks of hijacked devices ---- */
rule telnet_passwords
{
    strings:
        $p1 = "xc3511"
        $p2 = "vizxv"
        $p3 = "7ujMko0"
        $p4 = "juantech"
        $p5 = "hi3518"
        $p6 = "klv1234"
        $p7 = "Zte521"
        $p8 = "jvbzd"
        $p9 = "xmhdipc"
        $p10 = "hunt5759"
        $p11 = "GM8182"
        $p12 = "OxhlwSG8"
        $p13 = "S2fGqNFs"
        $p14 = "tlJwpbo6"
        $p15 = "fucker\x00"
        $p16 = "taZz@23495859"
        $p17 = "aquario"
        $p18 = "e8ehome"
        $p19 = "CTLSupport"
        $p20 = "tsgoingon"
    condition:
        4 of them
}

rule busybox_loop
{
    strings:
        $b1 = /\/bin\/busybox (MIRAI|[A-Z]{4,12}|wget|tftp|ftpget|echo -|chmod|cp |cat )/
        $b2 = "busybox wget http"
        $b3 = "busybox tftp -"
        $b4 = ": applet not found"
        $b5 = "enable\x00system\x00shell\x00"
        $b6 = "/bin/busybox ps"
        $b7 = "/bin/busybox cat /proc/mounts"
        $b8 = "/bin/busybox hostname"
        $b9 = "/dev/misc/watchdog"
        $b10 = "/dev/watchdog"
    condition:
        3 of them
}

rule hidden_strings
{
    strings:
        $x1 = "/bin/busybox" xor(1-31)
        $y1 = "/bin/busybox" xor(33-255)
        $x2 = "/dev/watchdog" xor(1-31)
        $y2 = "/dev/watchdog" xor(33-255)
        $x3 = "TSource Engine Query" xor(1-31)
        $y3 = "TSource Engine Query" xor(33-255)
        $x4 = "/proc/net/tcp" xor(1-31)
        $y4 = "/proc/net/tcp" xor(33-255)
        $x5 = "applet not found" xor(1-31)
        $y5 = "applet not found" xor(33-255)
        $x6 = "listening tun0" xor(1-31)
        $y6 = "listening tun0" xor(33-255)
        $x7 = "/etc/ld.so.preload" xor(1-31)
        $y7 = "/etc/ld.so.preload" xor(33-255)
        $x8 = "stratum+tcp://" xor(1-31)
        $y8 = "stratum+tcp://" xor(33-255)
        $x9 = "/proc/self/exe" xor(1-31)
        $y9 = "/proc/self/exe" xor(33-255)
    condition:
        2 of them
}

rule flood_attacks
{
    strings:
        $s1 = "attack_udp_"
        $s2 = "attack_tcp_syn"
        $s3 = "attack_tcp_ack"
        $s4 = "attack_method_"
        $s5 = "attack_app_http"
        $s6 = "attack_gre_"
        $s7 = "scanner_init"
        $s8 = "killer_init"
        $s9 = "table_unlock_val"
        $s10 = "table_retrieve_val"
        $s11 = "resolv_domain_to_hostname"
        $c1 = "TSource Engine Query"
        $c2 = "HTTPFLOOD" nocase
        $c3 = "UDPFLOOD" nocase
        $c4 = "TCPFLOOD" nocase
        $c5 = "SYNFLOOD" nocase
        $c6 = "STDHEX"
        $c7 = "GETLOCALIP"
        $c8 = "LOLNOGTFO"
        $c9 = "Spawning Flood" nocase
        $c10 = "STOPATTACK" nocase
        $c11 = "BOTKILL" nocase
        $c12 = "ddos." nocase
        $c13 = "sendSTD"
        $c14 = "sendUDP"
        $c15 = "sendHTTP"
    condition:
        3 of ($s*) or 4 of ($c*)
}

rule commands_to_bots
{
    strings:
        $i1 = "NICK %s"
        $i2 = "PRIVMSG %s :"
        $i3 = "JOIN %s :"
        $i4 = "PONG %s"
        $d1 = "Spoof" nocase
        $d2 = "flood" nocase
        $d3 = "Killing pid" nocase
        $d4 = "PAN <target>"
        $d5 = "TSUNAMI" nocase
        $d6 = "kaiten" nocase
    condition:
        3 of ($i*) and 3 of ($d*)
}

/* ---- doors from outside ---- */
rule preload_file
{
    strings:
        $a = "/etc/ld.so.preload"
    condition:
        $a
}

rule hides_processes
{
    strings:
        $a1 = "/proc/self/fd/%d"
        $a2 = "/proc/%s/stat"
        $a3 = "/proc/%s/cmdline"
        $a4 = "/proc/%d/cmdline"
        $a5 = "/proc/net/tcp"
        $a6 = "/proc/self/maps"
        $a7 = "/proc/*/exe"
    condition:
        2 of them
}

rule plants_ssh_key
{
    strings:
        $file = "authorized_keys"
        $key1 = /ssh-rsa AAAAB3NzaC1yc2E[A-Za-z0-9+\/]{60}/
        $key2 = /ssh-ed25519 AAAAC3NzaC1lZDI1NTE5[A-Za-z0-9+\/]{20}/
    condition:
        $file and any of ($key*)
}

/* ---- staying, hiding, defending itself ---- */
rule autostart_places
{
    strings:
        $a1 = "/etc/cron.d/"
        $a2 = "/etc/crontab"
        $a3 = "/var/spool/cron"
        $a4 = "/etc/cron.hourly"
        $b1 = "/etc/rc.local"
        $b2 = "/etc/rc.d/rc"
        $b3 = "/etc/init.d/"
        $b4 = "/etc/inittab"
        $b5 = "/etc/profile.d/"
        $b6 = "/.bashrc"
        $b7 = "/.bash_profile"
        $c1 = "/etc/systemd/system/"
        $c2 = "/lib/systemd/system/"
        $c3 = "WantedBy=multi-user.target"
    condition:
        (any of ($a*) and any of ($b*, $c*)) or (any of ($b*) and any of ($c*))
}

rule autostart_command
{
    strings:
        $a = /\(?crontab -l[^\x00\n]{0,120}\| ?crontab -/
        $b = /(echo|printf) [^\x00\n]{1,200}>> ?\/etc\/(rc\.local|crontab|rc\.d\/rc\.local|profile|inittab)/
        $c = /(\* ){4}\* ?(root )?[^\x00\n]{0,40}(curl|wget|\/tmp\/|\/dev\/shm\/|\/var\/tmp\/)/
        $d = /ExecStart=(\/tmp\/|\/dev\/shm\/|\/var\/tmp\/)/
    condition:
        any of them
}

rule masquerades
{
    strings:
        $a1 = /\[kworker\/[0-9u]{1,3}:[0-9]{1,2}[^\]\x00]{0,20}\]/
        $a2 = "[kthreadd]"
        $a3 = /\[ksoftirqd\/[0-9]\]/
        $a4 = /\[migration\/[0-9]\]/
        $a5 = "[kswapd0]"
        $a6 = "[rcu_sched]"
        $a7 = "[kblockd]"
        $a8 = /\[watchdog\/[0-9]\]/
        $a9 = "[bioset]"
        $a10 = "[crypto]\x00"
        $a11 = "[khelper]"
        $a12 = "[scsi_eh_"
        $b1 = "/usr/sbin/sshd -D\x00"
        $b2 = "/usr/sbin/crond -n\x00"
    condition:
        any of ($a*) or all of ($b*)
}

rule wipes_logs
{
    strings:
        $a = /(rm -(rf|fr|f) |cat \/dev\/null ?> ?|echo ["']{0,2} ?> ?|truncate -s ?0 |>) ?\/var\/(log\/(wtmp|btmp|lastlog|secure|auth\.log|messages|syslog|cron)|run\/utmp)/
        $b1 = "HISTFILE=/dev/null"
        $b2 = "unset HISTFILE"
        $b3 = "history -c"
        $b4 = /rm -(rf|f) [~\/a-z$]{0,20}\/?\.bash_history/
    condition:
        $a or 2 of ($b*)
}

rule log_files
{
    strings:
        $a1 = "/var/log/wtmp"
        $a2 = "/var/log/btmp"
        $a3 = "/var/log/lastlog"
        $a4 = "/var/run/utmp"
        $a5 = "/var/log/secure"
        $a6 = "/var/log/auth.log"
        $a7 = ".bash_history"
    condition:
        3 of them
}

rule disables_defences
{
    strings:
        $a1 = "setenforce 0"
        $a2 = "SELINUX=disabled"
        $a3 = /(systemctl (stop|disable)|service) [^\x00\n]{0,40}(firewalld|iptables|apparmor|auditd|aliyun|falcon|clamav|wazuh|ossec)/
        $a4 = "ufw disable"
        $a5 = "iptables -F"
        $a6 = "iptables -P INPUT ACCEPT"
        $a7 = "/usr/local/aegis"
        $a8 = "aliyun-service"
        $a9 = "cloudmonitor"
        $a10 = "AliYunDun"
        $a11 = "/usr/local/qcloud"
        $a12 = "YunJing"
        $a13 = "barad_agent"
        $a14 = "kernel.nmi_watchdog=0"
        $a15 = "falcon-sensor"
        $a16 = "uninstall.sh"
    condition:
        3 of them
}

rule anti_debug
{
    strings:
        $a = "TracerPid"
        $b1 = "gdb"
        $b2 = "strace"
        $b3 = "ltrace"
        $b4 = "/proc/self/status"
    condition:
        $a and 2 of ($b*)
}

rule own_path
{
    strings:
        $a = "/proc/self/exe"
    condition:
        $a
}

rule memory_path
{
    strings:
        $a1 = "/proc/self/fd/%d"
        $a2 = "/proc/%d/fd/%d"
        $a3 = "memfd_create"
        $a4 = "memfd:"
    condition:
        2 of them
}

rule world_writable_program
{
    strings:
        $a = /chmod (\+x|[0-7]?7[0-7]{2}|a\+x|u\+x) ?[^\x00\n]{0,4}(\/tmp\/|\/dev\/shm\/|\/var\/tmp\/|\/var\/run\/|\.\/)/
        $b = "cd /tmp || cd /var/run"
        $c = "cd /tmp;"
    condition:
        any of them
}

rule lasting_file
{
    strings:
        $a = /chattr \+i/
    condition:
        $a
}

/* ---- extortion ---- */
rule kills_virtual_machines
{
    strings:
        $a1 = "esxcli vm process kill"
        $a2 = "vim-cmd vmsvc/power.off"
        $a3 = "vim-cmd vmsvc/getallvms"
        $a4 = "esxcli --formatter=csv --format-param=fields==\"WorldID"
        $a5 = "vim-cmd vmsvc/snapshot.removeall"
        $a6 = "esxcli vm process list"
        $a7 = "vim-cmd hostsvc/autostartmanager/enable_autostart 0"
        $a8 = "esxcfg-advcfg -s 0 /User/execInstalledOnly"
    condition:
        2 of them
}

rule vm_disk_endings
{
    strings:
        $a1 = ".vmdk"
        $a2 = ".vmem"
        $a3 = ".vswp"
        $a4 = ".vmsn"
        $a5 = ".vmsd"
        $a6 = ".nvram"
        $a7 = "/vmfs/volumes"
    condition:
        4 of them
}

/* ---- stealing ---- */
rule secrets
{
    strings:
        $a1 = "/etc/shadow"
        $a2 = ".ssh/id_rsa"
        $a3 = ".aws/credentials"
        $a4 = "wallet.dat"
        $a5 = "Login Data"
        $a6 = "logins.json"
        $a7 = "key4.db"
        $a8 = ".docker/config.json"
        $a9 = ".kube/config"
        $a10 = ".git-credentials"
        $a11 = "169.254.169.254/latest/meta-data/iam"
        $a12 = "cookies.sqlite"
        $a13 = ".config/gcloud"
        $a14 = ".netrc"
        $a15 = "keyrings/login.keyring"
    condition:
        5 of them
}

/* ---- in the kernel ---- */
rule kernel_targets
{
    strings:
        $a1 = "__x64_sys_getdents"
        $a2 = "__x64_sys_kill"
        $a3 = "tcp4_seq_show"
        $a4 = "sys_call_table"
        $a5 = "__x64_sys_execve"
        $a6 = "__ia32_sys_getdents"
        $a7 = "tcp6_seq_show"
        $a8 = "udp4_seq_show"
        $a9 = "fillonedir"
        $a10 = "filldir64"
        $a11 = "audit_log_start"
        $a12 = "packet_rcv"
        $a13 = "find_task_by_vpid"
    condition:
        2 of them
}

/* ---- packing and languages ---- */
rule upx_mark
{
    strings:
        $a = "UPX!"
    condition:
        #a >= 2 or $a in (0..1024)
}

rule upx_stub
{
    strings:
        $a1 = "PROT_EXEC|PROT_WRITE failed."
        $a2 = "$Info: This file is packed with the UPX executable packer"
        $a3 = "the UPX Team. All Rights Reserved."
    condition:
        any of them
}
