"""Mail: MIME (EML), Outlook's MSG and its TNEF attachments, taken apart with the eyes of whoever would open them.

What a mailbox or an archive holds is taken out in `anshin.engine.unpack`.
"""
