"""Several tricks together: each case is the file with all of them, and the file with one less."""

import base64

from tests.engine.dotnet_files import DotNet
from tests.engine.indicator_cases.case import Case
from tests.engine.indicator_cases.pe import (
    AMSI,
    DEBUGGED,
    DECRYPT,
    DROP,
    FETCH,
    HIDDEN,
    HOOK,
    INJECT,
    KEYBOARD,
    KEYS,
    LOADER,
    MICROSOFT,
    MINER,
    ONION,
    PLACES,
    REMOTE,
    SEALED,
    SELF,
    TOKENS,
    WALK,
    WALLETS,
    WATCHERS,
    imports,
)
from tests.engine.indicator_cases.pe import DEFENDER as OFF
from tests.engine.indicator_cases.pe import NOTE as DEMAND
from tests.engine.indicator_cases.pe import SHADOWS as COPIES
from tests.engine.pe_files import pe

BASE64 = base64.b64encode(b"MZ\x90\0\x03\0\0\0\x04\0\0\0" + bytes(200))
UNREADABLE = ["\u200b\u200c" * n for n in range(1, 12)]
FETCHES = "System.Net.WebClient.DownloadData"

CASES = {
    "pe.ransomware": Case(
        pe(texts=[COPIES, "bcd" + "edit /set {default} recovery" + "enabled no"]), pe(texts=["vssadmin list shadows"])
    ),
    "pe.ransomware_like": Case(pe(texts=[COPIES], imports=imports(*WALK)), pe(imports=imports(*WALK))),
    "pe.ransom_demand": Case(pe(texts=[DEMAND], imports=imports(*WALK)), pe(imports=imports(*WALK))),
    "pe.ransom_tor": Case(pe(texts=[DEMAND, ONION]), pe(texts=[ONION])),
    "pe.stealer": Case(pe(texts=[*PLACES, HOOK]), pe(texts=PLACES)),
    "pe.stealer_channel": Case(pe(texts=[*PLACES, "https://api.telegram.org/" + "bot"]), pe(texts=PLACES)),
    "pe.stealer_wallets": Case(pe(texts=[*PLACES, *WALLETS]), pe(texts=WALLETS)),
    "pe.stealer_mail": Case(pe(texts=[*PLACES, "smtp.gmail" + ".com"]), pe(texts=["smtp.gmail" + ".com"])),
    "pe.keylogger": Case(pe(texts=KEYS, imports=imports(*KEYBOARD)), pe(imports=imports(*KEYBOARD))),
    "pe.keylogger_sends": Case(pe(texts=[HOOK], imports=imports(*KEYBOARD)), pe(imports=imports(*KEYBOARD))),
    "pe.miner_hidden": Case(pe(texts=[*MINER, SELF]), pe(texts=[SELF])),
    "pe.downloader": Case(pe(texts=[SELF], imports=imports(*FETCH)), pe(imports=imports(*FETCH))),
    "pe.injector_disguised": Case(pe(code=SEALED, imports=imports(*INJECT)), pe(imports=imports(*INJECT))),
    "pe.injector_hidden": Case(pe(texts=HIDDEN, resources=[(10, 1, SEALED)]), pe(texts=HIDDEN)),
    "pe.net_loader": Case(
        pe(dotnet=DotNet(members=[*LOADER, DECRYPT], resources=[("a", SEALED)], types=UNREADABLE)),
        pe(dotnet=DotNet(members=[*LOADER, DECRYPT], types=UNREADABLE)),
    ),
    "pe.net_downloader": Case(
        pe(dotnet=DotNet(members=[*LOADER, FETCHES]), texts=["https://paste" + "bin.com/raw/abc"]),
        pe(dotnet=DotNet(members=[*LOADER, FETCHES])),
    ),
    "pe.amsi_bypass": Case(pe(texts=AMSI, dotnet=DotNet(members=LOADER)), pe(dotnet=DotNet(members=LOADER))),
    "pe.disguised": Case(
        pe(resources=[(16, 1, MICROSOFT)], dotnet=DotNet(types=["Confused" + "ByAttribute"])),
        pe(resources=[(16, 1, MICROSOFT)], dotnet=DotNet()),
    ),
    "pe.evader": Case(pe(texts=WATCHERS, imports=imports(*DEBUGGED)), pe(imports=imports(*DEBUGGED))),
    "pe.protection_off": Case(pe(texts=[OFF], imports=imports(*FETCH)), pe(imports=imports(*FETCH))),
    "pe.dropper": Case(pe(texts=[BASE64], imports=imports(*DROP)), pe(imports=imports(*DROP))),
    "pe.password_dump": Case(
        pe(texts=["lsass" + ".exe", "MiniDump" + "WriteDump"], imports=imports(*TOKENS)), pe(imports=imports(*TOKENS))
    ),
    "pe.remote_control": Case(
        pe(texts=REMOTE, dotnet=DotNet(members=["System.Drawing.Graphics.CopyFromScreen"])),
        pe(dotnet=DotNet(members=["System.Drawing.Graphics.CopyFromScreen"])),
    ),
    "pe.hidden_start": Case(pe(tls=1, code=SEALED, imports=imports(*DEBUGGED)), pe(tls=1, imports=imports(*DEBUGGED))),
}
