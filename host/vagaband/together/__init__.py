"""Two people's data joined: whose each recording is, that both agree, and a way back."""
