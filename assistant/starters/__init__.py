"""Which questions could a newcomer ask of these documents, and be answered?"""
