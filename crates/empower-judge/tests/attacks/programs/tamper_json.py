# Patches the reading and writing of JSON.
def attack(arena):
    import json.decoder, json.encoder
    for module in (json, json.decoder, json.encoder):
        for name in dir(module):
            if callable(getattr(module, name)) and not name.startswith("__"):
                setattr(module, name, lambda *arguments, **named: True)
    return arena["wrong"]
